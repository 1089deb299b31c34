//! A comparison in words: changes by object, each with its sign, and what was not compared.

use std::collections::BTreeMap;

use similar::{ChangeTag, TextDiff};

use crate::export::server_words;
use crate::model::{Body, Change, Changeset, Edit, ObjectId, ObjectKind, Suspicion};
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
    text.push_str(&changes(found, paint));
    text.push_str(&suspicions(&found.changeset.suspected));
    let missed: std::collections::BTreeSet<_> =
        found.current.schema.unmodelled.iter().chain(&found.desired.schema.unmodelled).collect();
    for note in found.current.notes.iter().chain(&found.desired.notes) {
        text.push_str(&format!("\nleft out: {}\n", Shown::new(note)));
    }
    if !missed.is_empty() {
        text.push_str("\nnot compared\n");
        for missed in missed {
            text.push_str(&format!("  {} ({})\n", Shown::new(&missed.what), Shown::new(&missed.why)));
        }
    }
    text.push_str(&format!("\n{}\n", paint.strong(Counts::of(&found.changeset).words())));
    text
}

/// The changes by object: a relation with its parts under it. Parts that come or go with their relation are
/// counted, not listed.
pub(super) fn changes(found: &Comparison, paint: Paint) -> String {
    let mut groups: BTreeMap<ObjectId, Vec<&Change>> = BTreeMap::new();
    for change in &found.changeset.changes {
        groups.entry(home(change, found)).or_default().push(change);
    }
    let mut text = String::new();
    for (home, mut changes) in groups {
        changes.sort_by(|a, b| (a.id() != &home, a.id()).cmp(&(b.id() != &home, b.id())));
        text.push('\n');
        let whole = changes.first().copied().filter(|change| change.id() == &home);
        let rest = match whole {
            Some(change) => {
                text.push_str(&line("", change, paint));
                &changes[1..]
            }
            None => {
                text.push_str(&format!("  {}\n", paint.muted(Shown::new(&home))));
                &changes[..]
            }
        };
        let comes_or_goes = |change: &Change| matches!(change, Change::Create(_) | Change::Drop(_));
        let folded =
            |part: &Change| whole.is_some_and(|whole| comes_or_goes(whole) && whole.sign() == part.sign());
        let (along, alone): (Vec<&Change>, Vec<&Change>) = rest.iter().partition(|part| folded(part));
        text.push_str(&parts(&along));
        alone.iter().for_each(|change| text.push_str(&line("  ", change, paint)));
    }
    text
}

/// The relation or type that a change belongs to, or the object itself.
fn home(change: &Change, found: &Comparison) -> ObjectId {
    let id = change.id();
    let object = match change {
        Change::Create(object) | Change::Drop(object) => object,
        Change::Alter { after, .. } | Change::Rename { after, .. } => after,
    };
    let name = match &object.body {
        Body::Index(index) => &index.table,
        _ if id.member.is_some() => &id.name,
        _ => return id.clone(),
    };
    let kinds = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Domain];
    kinds
        .into_iter()
        .map(|kind| ObjectId::new(kind, name.clone()))
        .find(|id| [&found.desired, &found.current].iter().any(|side| side.schema.objects.contains_key(id)))
        .unwrap_or_else(|| id.clone())
}

/// `with 4 columns, 2 constraints`.
fn parts(changes: &[&Change]) -> String {
    let mut counts: BTreeMap<ObjectKind, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.id().kind).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let words: Vec<String> = counts
        .into_iter()
        .map(|(kind, count)| match (count, kind.word()) {
            (1, word) => format!("1 {word}"),
            (_, "index") => format!("{count} indexes"),
            (_, "policy") => format!("{count} policies"),
            (_, word) => format!("{count} {word}s"),
        })
        .collect();
    format!("      with {}\n", words.join(", "))
}

/// One change with its sign, and what of it differs.
fn line(indent: &str, change: &Change, paint: Paint) -> String {
    let id = Shown::new(change.id());
    let head = match change {
        Change::Create(_) => paint.added(format_args!("+ {id}")),
        Change::Drop(_) => paint.removed(format_args!("- {id}")),
        Change::Alter { .. } => paint.changed(format_args!("~ {id}")),
        Change::Rename { before, .. } => {
            paint.renamed(format_args!("-> {} → {}", Shown::new(&before.id), bare(change.id())))
        }
    };
    let mut text = format!("  {indent}{head}\n");
    if let Change::Alter { edits, .. } = change {
        edits.iter().for_each(|edit| text.push_str(&edit_text(indent, edit, paint)));
    }
    text
}

/// The identity without its kind.
fn bare(id: &ObjectId) -> Shown {
    let full = id.to_string();
    Shown::new(full.strip_prefix(id.kind.word()).unwrap_or(&full).trim_start())
}

/// `type: integer → bigint`, or the changed lines of a longer text.
fn edit_text(indent: &str, edit: &Edit, paint: Paint) -> String {
    let aspect = edit.aspect.word();
    if !edit.before.contains('\n') && !edit.after.contains('\n') {
        let value = |text: &str| match text {
            "" => "(none)".to_owned(),
            text => Shown::new(text).clipped(LONGEST).to_string(),
        };
        return format!("  {indent}    {aspect}: {} → {}\n", value(&edit.before), value(&edit.after));
    }
    let mut text = format!("  {indent}    {aspect}:\n");
    let lines = TextDiff::from_lines(edit.before.as_ref(), edit.after.as_ref());
    for group in lines.grouped_ops(2) {
        for change in group.iter().flat_map(|op| lines.iter_changes(op)) {
            let line = Shown::new(change.value().trim_end_matches('\n')).clipped(LONGEST);
            let line = match change.tag() {
                ChangeTag::Equal => paint.muted(format_args!("  {line}")),
                ChangeTag::Delete => paint.removed(format_args!("- {line}")),
                ChangeTag::Insert => paint.added(format_args!("+ {line}")),
            };
            text.push_str(&format!("  {indent}      {line}\n"));
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
        text.push_str(&format!(
            "  {} → {}: {}\n    --rename '{}={}'\n",
            Shown::new(&pair.before),
            bare(&pair.after),
            Shown::new(&pair.evidence),
            bare(&pair.before),
            bare(&pair.after)
        ));
    }
    text
}
