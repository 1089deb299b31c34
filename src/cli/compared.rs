//! A comparison in words: changes by kind, each with its sign, and what was not compared.

use similar::{ChangeTag, TextDiff};

use crate::export::server_words;
use crate::model::{Change, Changeset, Edit, ObjectKind, Suspicion};
use crate::shown::Shown;
use crate::worker::Comparison;

use super::args::Format;
use super::exit::Status;
use super::json;
use super::paint::Paint;
use super::surface::Surface;

/// Longer values are cut, with a mark.
const LONGEST: usize = 400;

pub(super) fn print(surface: &Surface, found: &Comparison, format: Format) -> Status {
    match format {
        Format::Text => surface.print(&text(found, surface.paint)),
        Format::Json => surface.print_json(&json::comparison(found)),
    }
    if found.changeset.changes.is_empty() { Status::Done } else { Status::Differs }
}

/// How many changes of each sort.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    pub created: usize,
    pub dropped: usize,
    pub altered: usize,
    pub renamed: usize,
}

impl Counts {
    pub(super) fn of(changeset: &Changeset) -> Self {
        let mut counts = Self::default();
        for change in &changeset.changes {
            match change {
                Change::Create(_) => counts.created += 1,
                Change::Drop(_) => counts.dropped += 1,
                Change::Alter { .. } => counts.altered += 1,
                Change::Rename { .. } => counts.renamed += 1,
            }
        }
        counts
    }

    pub(super) fn words(self) -> String {
        let parts = [
            (self.created, "created"),
            (self.dropped, "dropped"),
            (self.altered, "altered"),
            (self.renamed, "renamed"),
        ];
        let words: Vec<_> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        if words.is_empty() { "no difference".into() } else { words.join(", ") }
    }
}

pub(super) fn text(found: &Comparison, paint: Paint) -> String {
    let mut text = String::new();
    for (word, side) in [("current", &found.current), ("desired", &found.desired)] {
        text.push_str(&format!(
            "{word}  {}  {}\n",
            paint.strong(Shown::new(&side.label)),
            paint.muted(Shown::new(server_words(&side.schema.version)))
        ));
    }
    text.push_str(&changes(&found.changeset, paint));
    text.push_str(&suspicions(&found.changeset.suspected));
    let missed: std::collections::BTreeSet<_> =
        found.current.schema.unmodelled.iter().chain(&found.desired.schema.unmodelled).collect();
    if !missed.is_empty() {
        text.push_str("\nnot compared\n");
        for missed in missed {
            text.push_str(&format!("  {} ({})\n", Shown::new(&missed.what), Shown::new(&missed.why)));
        }
    }
    text.push_str(&format!("\n{}\n", paint.strong(Counts::of(&found.changeset).words())));
    text
}

/// The changes by kind, in the order of display.
pub(super) fn changes(changeset: &Changeset, paint: Paint) -> String {
    let mut sorted: Vec<&Change> = changeset.changes.iter().collect();
    sorted.sort_by(|a, b| a.id().cmp(b.id()));
    let mut text = String::new();
    let mut kind: Option<ObjectKind> = None;
    for change in sorted {
        let id = change.id();
        if kind != Some(id.kind) {
            text.push_str(&format!("\n{}\n", paint.strong(id.kind.word())));
            kind = Some(id.kind);
        }
        let name = |id: &crate::model::ObjectId| {
            let full = id.to_string();
            Shown::new(full.strip_prefix(id.kind.word()).unwrap_or(&full).trim_start())
        };
        let line = match change {
            Change::Create(_) => paint.added(format_args!("+  {}", name(id))),
            Change::Drop(_) => paint.removed(format_args!("-  {}", name(id))),
            Change::Alter { .. } => paint.changed(format_args!("~  {}", name(id))),
            Change::Rename { before, .. } => {
                paint.renamed(format_args!("-> {} → {}", name(&before.id), name(id)))
            }
        };
        text.push_str(&format!("  {line}\n"));
        if let Change::Alter { edits, .. } = change {
            edits.iter().for_each(|edit| text.push_str(&edit_text(edit, paint)));
        }
    }
    text
}

/// `type: integer → bigint`, or the changed lines of a longer text.
fn edit_text(edit: &Edit, paint: Paint) -> String {
    let aspect = edit.aspect.word();
    if !edit.before.contains('\n') && !edit.after.contains('\n') {
        let value = |text: &str| match text {
            "" => "(none)".to_owned(),
            text => Shown::new(text).clipped(LONGEST).to_string(),
        };
        return format!("       {aspect}: {} → {}\n", value(&edit.before), value(&edit.after));
    }
    let mut text = format!("       {aspect}:\n");
    let lines = TextDiff::from_lines(edit.before.as_ref(), edit.after.as_ref());
    for group in lines.grouped_ops(2) {
        for change in group.iter().flat_map(|op| lines.iter_changes(op)) {
            let line = Shown::new(change.value().trim_end_matches('\n')).clipped(LONGEST);
            let line = match change.tag() {
                ChangeTag::Equal => paint.muted(format_args!("  {line}")),
                ChangeTag::Delete => paint.removed(format_args!("- {line}")),
                ChangeTag::Insert => paint.added(format_args!("+ {line}")),
            };
            text.push_str(&format!("         {line}\n"));
        }
    }
    text
}

fn suspicions(suspected: &[Suspicion]) -> String {
    if suspected.is_empty() {
        return String::new();
    }
    let mut text =
        String::from("\nlooks like a rename, but is planned as drop and create until you say so\n");
    for pair in suspected {
        let bare = |id: &crate::model::ObjectId| {
            let full = id.to_string();
            full.strip_prefix(id.kind.word()).unwrap_or(&full).trim_start().to_owned()
        };
        text.push_str(&format!(
            "  {} → {}: {}\n",
            Shown::new(&pair.before),
            Shown::new(&pair.after),
            Shown::new(&pair.evidence)
        ));
        let flag = format!("--rename '{}={}'", bare(&pair.before), bare(&pair.after));
        text.push_str(&format!("     {}\n", Shown::new(flag)));
    }
    text
}
