//! A table that changes: the clauses of its parts, as few statements as are one pass over the table each. What is
//! instant stays apart from what builds an index; as soon as the table is built anew, all goes in that one pass.

use std::sync::Arc;

use super::super::effects::draft;
use super::super::image::Image;
use super::super::matrix::{Algorithm, Builds, Held, Way, work};
use super::super::vendor::Vendor;
use super::clause::{Change, Clause, Group, Part};
use super::partition;
use crate::engines::{Draft, Facts, Undo};
use crate::model::{
    Boundary, EngineKind, Loss, LossTime, Object, ObjectId, Phase, Runtime, Sql, Statement, Step, Verb, Work,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

const E: EngineKind = EngineKind::MySql;

pub(super) fn steps(
    table: &ObjectId,
    before: &[Arc<Object>],
    after: &[Arc<Object>],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let (Some(from), Some(to)) = (Image::of(before), Image::of(after)) else { return Vec::new() };
    let vendor = Vendor::of(facts.version);
    let forward = Change { table, from: &from, to: &to, vendor };
    let back = Change { table, from: &to, to: &from, vendor };
    let parts: Vec<(Part<'_>, Clause)> = forward
        .parts()
        .into_iter()
        .flat_map(|part| forward.clauses(&part).into_iter().map(move |clause| (part.clone(), clause)))
        .collect();
    let mut drafts: Vec<Draft> =
        passes(parts).into_iter().map(|pass| one_pass(&forward, &back, &pass)).collect();
    drafts.extend(partition::steps(table, &from, &to));
    drafts
}

/// Clauses that go in one statement.
struct Pass<'a> {
    clauses: Vec<(Part<'a>, Clause)>,
}

impl Pass<'_> {
    fn way(&self) -> Way {
        self.clauses.iter().fold(Way::INSTANT, |way, (_, clause)| way.and(clause.way))
    }

    fn builds(&self) -> Builds {
        self.clauses.iter().map(|(_, clause)| clause.builds).max().unwrap_or(Builds::Nothing)
    }
}

fn passes<'a>(clauses: Vec<(Part<'a>, Clause)>) -> Vec<Pass<'a>> {
    if clauses.is_empty() {
        return Vec::new();
    }
    let heaviest = |group: Option<Group>| {
        let own = clauses.iter().filter(|(_, clause)| group.is_none_or(|group| clause.group == group));
        own.map(|(_, clause)| clause.way.algorithm).max().unwrap_or(Algorithm::Instant)
    };
    if heaviest(None) == Algorithm::Copy {
        return vec![Pass { clauses }];
    }
    // A rebuild makes the indexes along; but an index may be on a computed column that comes after it.
    let rebuilt = heaviest(Some(Group::Main)) == Algorithm::InPlace;
    let computed = clauses.iter().any(|(_, clause)| clause.group == Group::Virtual);
    let along = |group: Group| match group {
        Group::Main => true,
        Group::First | Group::Index => rebuilt && !computed,
        Group::Virtual | Group::Special => false,
    };
    let (main, rest): (Vec<_>, Vec<_>) = clauses.into_iter().partition(|(_, clause)| along(clause.group));
    let (first, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|(_, clause)| clause.group == Group::First);
    let (virtuals, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|(_, clause)| clause.group == Group::Virtual);
    let (indexes, special): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|(_, clause)| clause.group == Group::Index);
    let mut passes: Vec<Pass<'_>> =
        [first, main, virtuals, indexes].into_iter().map(|clauses| Pass { clauses }).collect();
    // A special index that changes is dropped and added by one statement.
    let mut special = special.into_iter().peekable();
    while let Some((part, clause)) = special.next() {
        let mut clauses = vec![(part, clause)];
        while let Some(more) =
            special.next_if(|(part, _)| clauses.first().is_some_and(|(first, _)| first == part))
        {
            clauses.push(more);
        }
        passes.push(Pass { clauses });
    }
    passes.retain(|pass| !pass.clauses.is_empty());
    passes
}

fn one_pass(forward: &Change<'_>, back: &Change<'_>, pass: &Pass<'_>) -> Draft {
    let table = forward.table;
    let way = pass.way();
    let mut parts: Vec<Part<'_>> = pass.clauses.iter().map(|(part, _)| part.clone()).collect();
    parts.dedup();
    // Those that come back stand in the order of the table that they come back to.
    let order = back.parts();
    parts.sort_by_key(|part| order.iter().position(|other| other == part));
    let undo: Vec<(Part<'_>, Clause)> = parts
        .iter()
        .flat_map(|part| back.clauses(part).into_iter().map(move |clause| (part.clone(), clause)))
        .collect();
    let undo = passes(undo).iter().map(|pass| statement(back, pass)).collect();
    let verb = verb(forward, &parts);
    let phase = match verb {
        Verb::Create => Phase::Expand,
        Verb::Drop => Phase::Contract,
        _ => Phase::Switch,
    };
    let draft = draft(verb, phase, sql(forward, pass), reason(way, pass.builds(), parts.len())).locks(
        way.lock(),
        [table.clone()],
        work(way, pass.builds()),
    );
    let lost = |time: LossTime| {
        let losses = pass.clauses.iter().filter_map(|(_, clause)| clause.loss.as_ref());
        losses.filter(|(when, _)| *when == time).map(|(_, what)| what.clone()).collect::<Vec<_>>()
    };
    let loss = Loss::of(&lost(LossTime::Forward), &lost(LossTime::Since));
    let draft = Draft { undo: Undo::With(undo), loss, ..draft };
    match parts.as_slice() {
        [only] => draft.about(&forward.object(only)),
        _ => draft,
    }
}

/// All new, all gone, or a change.
fn verb(change: &Change<'_>, parts: &[Part<'_>]) -> Verb {
    let there = |image: &Image<'_>, part: &Part<'_>| match part {
        Part::Check(name) => image.checks.contains_key(name),
        Part::Column(name) => image.column(name).is_some(),
        Part::PrimaryKey => image.primary.is_some(),
        Part::Index(name) => image.indexes.contains_key(name),
        Part::Option(_) | Part::Comment => true,
    };
    if parts.iter().all(|part| !there(change.from, part)) {
        Verb::Create
    } else if parts.iter().all(|part| !there(change.to, part)) {
        Verb::Drop
    } else {
        Verb::Alter
    }
}

fn sql(change: &Change<'_>, pass: &Pass<'_>) -> Sql {
    let clauses = pass.clauses.iter().map(|(_, clause)| &clause.sql);
    SqlBuilder::new(E)
        .piece("ALTER TABLE ")
        .piece(&change.table.name)
        .piece("\n  ")
        .joined(clauses, ",\n  ")
        .piece(",\n  ")
        .piece(pass.way().words(change.vendor))
        .done()
}

fn statement(change: &Change<'_>, pass: &Pass<'_>) -> Statement {
    let runtime = match work(pass.way(), pass.builds()) {
        Work::Catalog => Runtime::Brief,
        Work::Scan | Work::IndexBuild | Work::Rewrite => Runtime::Long,
    };
    Statement { sql: sql(change, pass), boundary: Boundary::NonTransactional, runtime }
}

fn reason(way: Way, builds: Builds, parts: usize) -> String {
    let does = match (way.algorithm, way.held, builds) {
        (Algorithm::Copy, ..) => "Copies the whole table; writers wait until it is done",
        (Algorithm::InPlace, Held::Nothing, _) => "Builds the table anew while others read and write",
        (Algorithm::InPlace, Held::Writes, Builds::Index) => {
            "Builds the index in place; writers wait until it is done"
        }
        (Algorithm::InPlace, Held::Writes, Builds::Nothing) => {
            "Builds the table anew; writers wait until it is done"
        }
        (Algorithm::NoCopy, _, Builds::Index) => "Builds the index while others read and write",
        (Algorithm::NoCopy, _, Builds::Nothing) => "Touches no row",
        (Algorithm::Instant, ..) => "Changes the dictionary alone: no row is touched",
    };
    match parts {
        1 => format!("{does}."),
        _ => format!("{does}; {parts} changes go in one pass."),
    }
}

/// The same by a tool that builds the new table beside the old one, for a statement that copies the table. The clauses
/// are those of [`sql`].
pub(in super::super) fn beside(step: &Step) -> Option<String> {
    let table = &step.effects.on.first()?.name;
    let text = step.statement.sql.as_str();
    let opening = sql!(E; "ALTER TABLE ", table, "\n  ");
    let (clauses, _) = text.strip_prefix(opening.as_str())?.rsplit_once(",\n  ALGORITHM=COPY")?;
    let one_line = clauses.replace(",\n  ", ", ");
    // A comment may hold a line break, which no comment of ours can show.
    if one_line.contains('\n') {
        return None;
    }
    let (clauses, place) = (shell(&one_line), shell(&format!("D=DATABASE,t={}", table.name.as_str())));
    Some(format!("pt-online-schema-change --alter {clauses} {place} --dry-run"))
}

/// One word to a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A foreign key by itself.
pub(super) fn foreign_key(table: &ObjectId, words: Sql, way: Way, vendor: Vendor) -> Sql {
    sql!(E; "ALTER TABLE ", &table.name, "\n  ", &words, ",\n  ", way.words(vendor))
}
