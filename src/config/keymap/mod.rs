//! Keymaps: which keys run which action where. A map is data, from `keymaps/*.toml` or the user's own file; it
//! is asked with the keys typed so far and answers. It knows no terminal, no clock, and runs nothing.

mod action;
mod condition;
mod context;
mod file;
mod key;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use context::{Context, Fact, Facts};
pub use key::{Code, Key, KeyError, Mods};

use std::sync::LazyLock;

use condition::Condition;

use super::nearest::suggest;
use crate::model::{Failure, FailureKind};

/// The maps of the house; each is read once.
static BUILTIN: &[(&str, &LazyLock<Option<Keymap>>)] = &[("default", &PLAIN), ("vim-strict", &VIM_STRICT)];

static PLAIN: LazyLock<Option<Keymap>> = LazyLock::new(|| {
    file::read("default", "keymaps/default.toml", include_str!("../../../keymaps/default.toml")).ok()
});

static VIM_STRICT: LazyLock<Option<Keymap>> = LazyLock::new(|| {
    file::read("vim-strict", "keymaps/vim-strict.toml", include_str!("../../../keymaps/vim-strict.toml")).ok()
});

/// The name of the map that is there without any setting.
pub const DEFAULT_KEYMAP: &str = "default";

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap {
    name: Box<str>,
    /// The user's own before those of the map that it extends: the first that fits is taken.
    bindings: Vec<Binding>,
    warnings: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Binding {
    context: Context,
    keys: Vec<Key>,
    when: Option<When>,
    action: Action,
    desc: Box<str>,
    /// Where it is written, such as `keymaps/mine.toml:7`.
    place: Box<str>,
}

/// A condition, and how it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
struct When {
    condition: Condition,
    text: Box<str>,
}

impl Binding {
    fn holds(&self, facts: Facts) -> bool {
        self.when.as_ref().is_none_or(|when| when.condition.holds(facts))
    }

    /// Whether both count at the same moments, in the same place.
    fn beside(&self, other: &Self) -> bool {
        self.context == other.context
            && match (&self.when, &other.when) {
                (None, None) => true,
                (Some(one), Some(other)) => one.condition.same(&other.condition),
                (None, Some(_)) | (Some(_), None) => false,
            }
    }
}

/// What the keys typed so far mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    Run(Action),
    /// They begin a longer sequence.
    Pending,
    Nothing,
}

/// A key that may follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next<'a> {
    pub keys: String,
    /// `None` where more keys have to follow.
    pub action: Option<Action>,
    pub desc: &'a str,
}

/// One line of help: every sequence that runs this action in this context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row<'a> {
    pub context: Context,
    /// Sequences with a space between them.
    pub keys: String,
    pub action: Action,
    pub desc: &'a str,
    /// The condition as it was written; empty without one.
    pub when: &'a str,
}

impl Keymap {
    /// A map of the house.
    pub fn builtin(name: &str) -> Option<Self> {
        BUILTIN.iter().find(|(known, _)| *known == name).and_then(|(_, map)| LazyLock::force(map).clone())
    }

    /// The names of the maps of the house.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The map of that name: from the user's own file, given as its name in messages and its text, or else one
    /// of the house. Fails with file, line and key.
    pub fn load(name: &str, own: Option<(&str, &str)>) -> Result<Self, Failure> {
        match own {
            Some((file, text)) => file::read(name, file, text),
            None => Self::builtin(name).ok_or_else(|| {
                let known: Vec<&str> = Self::builtin_names().collect();
                Failure::new(FailureKind::Config, format!("no keymap is called `{name}`"))
                    .hint(suggest(name, &known))
            }),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Keys that may not arrive, and rows that had no effect. Nothing here stops anything.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Contexts innermost first: the first that knows the keys decides. Where the innermost is a text, the keys
    /// that edit a text are looked up in it alone.
    pub fn look_up(&self, contexts: &[Context], facts: Facts, keys: &[Key]) -> Found {
        match self.find(contexts, facts, keys) {
            Hit::Exact(binding) => Found::Run(binding.action),
            Hit::Prefix => Found::Pending,
            Hit::Nothing => Found::Nothing,
        }
    }

    /// What may be typed after these keys, in the order of the map; with no keys, everything there is.
    pub fn following(&self, contexts: &[Context], facts: Facts, typed: &[Key]) -> Vec<Next<'_>> {
        let mut seen: Vec<Key> = Vec::new();
        for context in contexts {
            for binding in self.bindings.iter().filter(|b| b.context == *context && b.holds(facts)) {
                if let Some(rest) = binding.keys.strip_prefix(typed)
                    && let Some(next) = rest.first()
                    && !seen.contains(next)
                {
                    seen.push(*next);
                }
            }
        }
        let mut sequence = typed.to_vec();
        let mut found = Vec::new();
        for key in seen {
            sequence.push(key);
            match self.find(contexts, facts, &sequence) {
                Hit::Exact(binding) => found.push(Next {
                    keys: key.to_string(),
                    action: Some(binding.action),
                    desc: &binding.desc,
                }),
                Hit::Prefix => found.push(Next { keys: key.to_string(), action: None, desc: "more keys" }),
                Hit::Nothing => {}
            }
            sequence.pop();
        }
        found
    }

    /// How to type an action here, for hints; `None` where no key runs it.
    pub fn keys_of(&self, contexts: &[Context], action: Action) -> Option<String> {
        contexts.iter().find_map(|context| {
            let own = self.bindings.iter().filter(|b| b.context == *context && b.action == action);
            own.into_iter().find(|binding| self.reachable(contexts, binding)).map(|b| Key::sequence(&b.keys))
        })
    }

    /// Whether the keys of this binding, typed one by one, run its action at some moment.
    fn reachable(&self, contexts: &[Context], binding: &Binding) -> bool {
        let conditions = self.bindings.iter().filter_map(|other| other.when.as_ref());
        let asked = conditions.fold(Facts::NONE, |facts, when| facts.and(when.condition.asks()));
        let mut moments = asked.subsets().filter(|facts| binding.holds(*facts));
        moments.any(|facts| {
            let begun = |length| {
                let typed = binding.keys.get(..length).unwrap_or_default();
                matches!(self.find(contexts, facts, typed), Hit::Prefix)
            };
            let found = match self.find(contexts, facts, &binding.keys) {
                Hit::Exact(found) => found.action == binding.action,
                Hit::Prefix | Hit::Nothing => false,
            };
            found && (1..binding.keys.len()).all(begun)
        })
    }

    /// Every binding, for help and `keymap print`: context by context, in the order of the map.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for context in Context::ALL {
            let from = rows.len();
            for binding in self.bindings.iter().filter(|binding| binding.context == *context) {
                let keys = Key::sequence(&binding.keys);
                let when = binding.when.as_ref().map_or("", |when| &when.text);
                let known = rows.iter_mut().skip(from).find(|row| {
                    row.action == binding.action && row.when == when && *row.desc == *binding.desc
                });
                match known {
                    Some(row) => row.keys = format!("{} {keys}", row.keys),
                    None => rows.push(Row {
                        context: *context,
                        keys,
                        action: binding.action,
                        desc: &binding.desc,
                        when,
                    }),
                }
            }
        }
        rows
    }

    fn find(&self, contexts: &[Context], facts: Facts, keys: &[Key]) -> Hit<'_> {
        let Some(first) = keys.first() else { return Hit::Prefix };
        let text = contexts.first().is_some_and(|innermost| innermost.types()) && first.edits();
        for context in contexts.iter().take(if text { 1 } else { contexts.len() }) {
            // A condition is meant for its moment: it goes before what counts always.
            for conditional in [true, false] {
                let own = self.bindings.iter().filter(|binding| {
                    binding.context == *context
                        && binding.when.is_some() == conditional
                        && binding.keys.starts_with(keys)
                        && binding.holds(facts)
                });
                let mut begun = false;
                for binding in own {
                    if binding.keys.len() == keys.len() {
                        return Hit::Exact(binding);
                    }
                    begun = true;
                }
                if begun {
                    return Hit::Prefix;
                }
            }
        }
        Hit::Nothing
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let nothing = || Self { name: DEFAULT_KEYMAP.into(), bindings: Vec::new(), warnings: Vec::new() };
        Self::builtin(DEFAULT_KEYMAP).unwrap_or_else(nothing)
    }
}

enum Hit<'a> {
    Exact(&'a Binding),
    Prefix,
    Nothing,
}
