//! `keymap print` and `theme list`: what the user's settings come to, from the rows that help in the workbench
//! is made of. Mistakes in them are told beside the result.

use crate::config::keymap::{Action, Context, Keymap};
use crate::config::theme::Variant;
use crate::config::{Settings, Surroundings, listed_themes};
use crate::model::{Failure, FailureKind};
use crate::shown::Shown;

use super::exit::Status;
use super::surface::Surface;

/// Prints the keymap of that name, or the one that is chosen.
pub(super) fn print_keymap(surface: &Surface, name: Option<&str>) -> Result<Status, Failure> {
    let (settings, problems) = Settings::load(&Surroundings::of_process());
    for problem in &problems {
        surface.warn(problem);
    }
    let map = match name {
        None => settings.keymap(),
        Some(name) => match settings.keymaps.iter().find(|map| map.name() == name) {
            Some(map) => map.clone(),
            None => {
                let known: Vec<&str> = settings.keymaps.iter().map(Keymap::name).collect();
                return Err(Failure::new(FailureKind::Usage, format!("no keymap is called `{name}`"))
                    .hint(format!("known are {}", known.join(", "))));
            }
        },
    };
    for warning in map.warnings() {
        surface.complain(warning);
    }
    surface.print(&table(surface, &map));
    Ok(Status::Done)
}

fn table(surface: &Surface, map: &Keymap) -> String {
    let rows = map.rows();
    let wide = |cells: &mut dyn Iterator<Item = usize>| cells.max().unwrap_or(0);
    let keys = wide(&mut rows.iter().map(|row| row.keys.chars().count()));
    let ids = wide(&mut Action::ALL.iter().map(|action| action.id().len()));
    let mut text = format!("keymap {}\n", Shown::new(map.name()));
    let mut context: Option<Context> = None;
    for row in &rows {
        if context != Some(row.context) {
            context = Some(row.context);
            text.push_str(&format!("\n{}\n", surface.paint.strong(row.context.id())));
        }
        let when = if row.when.is_empty() { String::new() } else { format!("  (when {})", row.when) };
        let line =
            format!("  {:<keys$}  {:<ids$}  {}{when}", Shown::new(&row.keys), row.action.id(), row.desc);
        text.push_str(Shown::new(line).as_str());
        text.push('\n');
    }
    let bound = |action: &&Action| rows.iter().all(|row| row.action != **action);
    let idle: Vec<&Action> = Action::ALL.iter().filter(bound).collect();
    if !idle.is_empty() {
        text.push_str(&format!("\n{}\n", surface.paint.strong("without a key, in the palette")));
        for action in idle {
            text.push_str(&format!("  {:<keys$}  {:<ids$}  {}\n", "", action.id(), action.desc()));
        }
    }
    text
}

/// Prints every theme there is, and whether it loads. Fails if one does not.
pub(super) fn list_themes(surface: &Surface) -> Status {
    let surroundings = Surroundings::of_process();
    let (settings, problems) = Settings::load(&surroundings);
    let chosen = settings.theme(None);
    let mut status = Status::Done;
    let mut text = String::new();
    let themes = listed_themes(&surroundings);
    let wide = themes.iter().map(|listed| listed.name.chars().count()).max().unwrap_or(0);
    for listed in &themes {
        let source = match &listed.file {
            Some(file) => Shown::new(file),
            None => Shown::new("built in"),
        };
        let (variant, state) = match &listed.theme {
            Ok(theme) => (
                theme.variant().map_or("any", Variant::id),
                if theme.name() == chosen.name() { surface.paint.strong("chosen") } else { "loads".into() },
            ),
            Err(_) => ("", surface.paint.hazard("BROKEN")),
        };
        text.push_str(&format!("{:<wide$}  {variant:<5}  {state:<6}  {source}\n", Shown::new(&listed.name)));
    }
    surface.print(&text);
    for problem in &problems {
        surface.warn(problem);
    }
    for failure in themes.iter().filter_map(|listed| listed.theme.as_ref().err()) {
        status = Status::Failed;
        if !problems.contains(failure) {
            surface.warn(failure);
        }
    }
    status
}
