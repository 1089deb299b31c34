//! A keymap file: `extends`, `[[unbind]]`, `[[bind]]`, checked as a whole. Every complaint names file, line and
//! key, and the nearest right word.

use std::path::Path;

use super::action::Action;
use super::condition::{Condition, ConditionError};
use super::context::{Context, Fact};
use super::key::{self, Key, KeyError};
use super::{Binding, DEFAULT_KEYMAP, Keymap, When};
use crate::config::document::{Document, Section};
use crate::config::nearest::{nearest, suggest};
use crate::model::{Failure, FailureKind};

/// Longer sequences have no player.
const LONGEST: usize = 6;
/// The word for a map that extends no other.
const NONE: &str = "none";

/// Reads a map. `name` is what it is called, `file` what messages call its file.
pub(super) fn read(name: &str, file: &str, text: &str) -> Result<Keymap, Failure> {
    let document = Document { name: file, folder: Path::new("."), text };
    let table = document.parse()?;
    let root = document.root(table.get_ref());
    root.only(&["extends", "bind", "unbind"])?;
    let mut base = extended(&root, name)?;
    let mut warnings = Vec::new();
    for section in root.sections("unbind")? {
        unbind(&section, &mut base, &mut warnings)?;
    }
    let mut own: Vec<Binding> = Vec::new();
    for section in root.sections("bind")? {
        for binding in bind(&section, &mut warnings)? {
            // A row of one's own replaces what was there, whatever that depended on.
            base.retain(|old| {
                old.context != binding.context
                    || old.keys != binding.keys
                    || (binding.when.is_some() && !old.beside(&binding))
            });
            if !agrees(&section, &binding, &own, &base)? {
                continue;
            }
            own.push(binding);
        }
    }
    own.append(&mut base);
    for action in [Action::Quit, Action::Back] {
        let bound =
            own.iter().any(|b| b.context == Context::Global && b.action == action && b.when.is_none());
        if !bound {
            let what = format!("{file}: no key of `global` runs `{}`", action.id());
            return Err(Failure::new(FailureKind::Config, what)
                .hint("bind one without `when`: there must be a way out of everywhere"));
        }
    }
    Ok(Keymap { name: name.into(), bindings: own, warnings })
}

fn extended(root: &Section<'_>, name: &str) -> Result<Vec<Binding>, Failure> {
    let wanted = root.string("extends")?.unwrap_or(DEFAULT_KEYMAP);
    if wanted == NONE {
        return Ok(Vec::new());
    }
    match Keymap::builtin(wanted) {
        Some(base) => Ok(base.bindings),
        None => {
            let mut known: Vec<&str> = Keymap::builtin_names().collect();
            known.push(NONE);
            let what = format!("`{name}` cannot extend `{wanted}`: there is no such keymap");
            Err(root.wrong("extends", what, suggest(wanted, &known)))
        }
    }
}

fn unbind(section: &Section<'_>, base: &mut Vec<Binding>, warnings: &mut Vec<String>) -> Result<(), Failure> {
    section.only(&["on", "in"])?;
    let keys = keys(section)?;
    for context in contexts(section)? {
        let before = base.len();
        base.retain(|binding| binding.context != context || binding.keys != keys);
        if base.len() == before {
            // The start of sequences stands for all of them.
            base.retain(|binding| binding.context != context || !binding.keys.starts_with(&keys));
        }
        if base.len() == before {
            let sequence = Key::sequence(&keys);
            warnings.push(format!(
                "{}: `{sequence}` was not bound in `{}`",
                section.place("on"),
                context.id()
            ));
        }
    }
    Ok(())
}

fn bind(section: &Section<'_>, warnings: &mut Vec<String>) -> Result<Vec<Binding>, Failure> {
    section.only(&["on", "in", "run", "when", "desc"])?;
    let keys = keys(section)?;
    let action = action(section)?;
    let when = section.string("when")?.map(|text| when(section, text)).transpose()?;
    let desc = section.string("desc")?.unwrap_or(action.desc());
    if desc.trim().is_empty() || desc.contains(char::is_control) {
        return Err(section.wrong("desc", "must be a line of text", "leave `desc` out for the usual words"));
    }
    for key in &keys {
        if let Some(why) = key.trouble() {
            warnings.push(format!("{}: {key} {why}", section.place("on")));
        }
    }
    let contexts = contexts(section)?;
    for context in &contexts {
        if !action.fits(*context) {
            let what = format!("`{}` makes no sense in `{}`", action.id(), context.id());
            let places: Vec<&str> = action.contexts().iter().map(|context| context.id()).collect();
            return Err(section.wrong("in", what, format!("it can be bound in {}", places.join(", "))));
        }
        if let Some(typed) = keys.first().and_then(|key| key.typed()).filter(|_| context.types()) {
            let what = format!("`{typed}` is a letter to type in `{}`", context.id());
            return Err(section.wrong("on", what, "take a key with Control or Alt, or a function key"));
        }
    }
    let place = section.place("on");
    let binding = |context| Binding {
        context,
        keys: keys.clone(),
        when: when.clone(),
        action,
        desc: desc.into(),
        place: place.as_str().into(),
    };
    Ok(contexts.into_iter().map(binding).collect())
}

fn keys(section: &Section<'_>) -> Result<Vec<Key>, Failure> {
    let texts = section.one_or_more("on")?;
    if texts.is_empty() {
        let hint = "give a key, such as \"x\" or \"<C-d>\", or a list of keys for a sequence";
        return Err(section.wrong("on", "a key is missing", hint));
    }
    if texts.len() > LONGEST {
        return Err(section.wrong("on", format!("more than {LONGEST} keys"), "take fewer"));
    }
    texts.iter().map(|text| text.parse().map_err(|error| wrong_key(section, &error))).collect()
}

fn wrong_key(section: &Section<'_>, error: &KeyError) -> Failure {
    let hint = match error {
        KeyError::Empty => "the space bar is `<Space>`".to_owned(),
        KeyError::Several(text) => {
            let all = text.chars().all(|c| !matches!(c, '<' | '>' | '"' | '\\'));
            let list: Vec<String> = text.chars().map(|c| format!("\"{c}\"")).collect();
            if all { format!("on = [{}]", list.join(", ")) } else { "on = [\"<C-w>\", \"h\"]".into() }
        }
        KeyError::Unknown(wrong) => {
            let names = key::names();
            let bracketed = format!("<{wrong}>");
            let near = match bracketed.parse::<Key>() {
                Ok(key) => Some(key.to_string()),
                Err(_) => nearest(wrong, names.iter().map(String::as_str))
                    .or_else(|| nearest(&bracketed, names.iter().map(String::as_str)))
                    .map(str::to_owned),
            };
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "keys are `x`, `<C-x>`, `<M-x>`, `<F5>`, `<Enter>`, `<Space>`, `<S-Tab>` …".into(),
            }
        }
    };
    section.wrong("on", error.to_string(), hint)
}

fn contexts(section: &Section<'_>) -> Result<Vec<Context>, Failure> {
    let known: Vec<&str> = Context::ALL.iter().map(|context| context.id()).collect();
    let names = section.one_or_more("in")?;
    if names.is_empty() {
        return Err(section.wrong("in", "a context is missing", format!("known are {}", known.join(", "))));
    }
    let mut contexts = Vec::new();
    for name in names {
        let context = Context::of(&name).ok_or_else(|| {
            section.wrong("in", format!("unknown context `{name}`"), suggest(&name, &known))
        })?;
        if !contexts.contains(&context) {
            contexts.push(context);
        }
    }
    Ok(contexts)
}

fn action(section: &Section<'_>) -> Result<Action, Failure> {
    let Some(name) = section.string("run")? else {
        return Err(section.wrong("run", "an action is missing", "such as `list.top`"));
    };
    Action::of(name).ok_or_else(|| {
        let hint = match nearest(name, Action::ALL.iter().map(|action| action.id())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`migrator-tui keymap print` lists the actions".into(),
        };
        section.wrong("run", format!("unknown action `{name}`"), hint)
    })
}

fn when(section: &Section<'_>, text: &str) -> Result<When, Failure> {
    let known: Vec<&str> = Fact::ALL.iter().map(|fact| fact.id()).collect();
    match Condition::parse(text) {
        Ok(condition) => Ok(When { condition, text: text.into() }),
        Err(error) => {
            let hint = match &error {
                ConditionError::Fact(wrong) => suggest(wrong, &known),
                ConditionError::Expected { .. } | ConditionError::Unfinished(_) | ConditionError::Deep => {
                    "facts are joined with `&&`, `||`, `!` and parentheses".into()
                }
            };
            Err(section.wrong("when", error.to_string(), hint))
        }
    }
}

/// Whether the row adds something to its own file and the map below it. Refuses it if another of the same place
/// and moment has its keys for another action, begins with them, or is their beginning.
fn agrees(section: &Section<'_>, new: &Binding, own: &[Binding], base: &[Binding]) -> Result<bool, Failure> {
    for old in own.iter().chain(base).filter(|old| old.beside(new)) {
        let sequence = Key::sequence(&old.keys);
        let (context, action) = (new.context.id(), old.action.id());
        let unbind = format!("choose other keys, or [[unbind]] `{sequence}` in `{context}` first");
        if old.keys == new.keys {
            if old.action == new.action {
                return Ok(false);
            }
            let what = format!("`{sequence}` in `{context}` runs `{action}` already ({})", old.place);
            return Err(section.wrong("on", what, "remove one of them, or give one a `when`"));
        }
        if new.keys.starts_with(&old.keys) {
            let what =
                format!("begins with `{sequence}`, which runs `{action}` in `{context}` ({})", old.place);
            return Err(section.wrong("on", what, unbind));
        }
        if old.keys.starts_with(&new.keys) {
            let what = format!(
                "is the beginning of `{sequence}`, which runs `{action}` in `{context}` ({})",
                old.place
            );
            return Err(section.wrong("on", what, unbind));
        }
    }
    Ok(true)
}
