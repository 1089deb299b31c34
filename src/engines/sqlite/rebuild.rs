//! The rebuild of a table: a new table under a helper name, the rows copied, the old table dropped, the new one
//! renamed. Source: the twelve steps of <https://www.sqlite.org/lang_altertable.html#otheralter>. Indexes, triggers
//! and views are taken down before and put back after by the planner.

use std::sync::Arc;

use super::copy::{self, Filling, Side};
use super::effects::draft;
use super::keep;
use super::render::free_name;
use super::source::{Inside, create_table, under_name};
use super::token::folded;
use crate::engines::{Draft, Facts, Frame, Undo};
use crate::model::{
    Body, ConstraintKind, Definition, EngineKind, Ident, Object, ObjectId, ObjectKind, Phase, QualifiedName,
    Schema, Sql, Statement, Step, Uniqueness, Verb, Work,
};
use crate::sql;
use crate::sqltext::Literal;

const E: EngineKind = EngineKind::Sqlite;
/// Holds nothing, ever: a row without its parent is refused by its CHECK, and the message says so.
const CHECK_TABLE: &str = "migrator_check";

pub(super) fn steps(
    subject: &ObjectId,
    before: &[Arc<Object>],
    after: &[Arc<Object>],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let (old, new) = (Side::of(before), Side::of(after));
    let kept = keep::rebuilt(&old, &new, facts);
    let (kept, unkept) = match kept {
        Some(Ok(kept)) => (Some(kept), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    let forward = Rebuild { subject, before: old, after: new, facts, kept: None };
    let mut drafts = forward.drafts(Filling::Never);
    let turned = Facts { from: facts.to, to: facts.from, ..*facts };
    let back = Rebuild {
        subject,
        before: Side::of(after),
        after: Side::of(before),
        facts: &turned,
        kept: kept.as_ref(),
    };
    let way_back = back.drafts(Filling::WhereNeeded).into_iter().map(|one| Statement {
        sql: one.sql,
        boundary: one.boundary,
        runtime: one.runtime,
    });
    let mut loss = copy::loss(subject, &forward.before, &forward.after, kept.as_ref());
    if let (Some(loss), Some(why)) = (&mut loss, unkept) {
        loss.unkept = Some(why.into());
    }
    for (at, one) in drafts.iter_mut().enumerate() {
        one.undo = Undo::Covered;
        if at == 0 {
            one.loss.clone_from(&loss);
        }
    }
    if let Some(first) = drafts.first_mut() {
        first.undo = Undo::With(way_back.collect());
        first.keeps = kept.as_ref().map(|kept| kept.keepsake(subject));
    }
    let copied = kept.map(|kept| kept.copied(&subject.name, &forward.before)).unwrap_or_default();
    copied.into_iter().chain(drafts).collect()
}

struct Rebuild<'a> {
    subject: &'a ObjectId,
    before: Side<'a>,
    after: Side<'a>,
    facts: &'a Facts<'a>,
    /// Values to be led back to their rows.
    kept: Option<&'a keep::Kept>,
}

impl Rebuild<'_> {
    fn drafts(&self, filling: Filling) -> Vec<Draft> {
        let table = &self.subject.name;
        let Some(text) = create_table(self.facts.to, self.subject) else { return Vec::new() };
        let helper = QualifiedName::bare(free_name(self.facts, &table.name));
        let (text, inside) = under_name(&text, &helper.name);
        let rebuild =
            |sql, work, reason: &str| draft(Verb::Rebuild, Phase::Switch, sql, work, self.subject, reason);
        let assist =
            |sql, reason: &str| draft(Verb::Assist, Phase::Switch, sql, Work::Catalog, self.subject, reason);

        let why = format!(
            "SQLite cannot alter this in place, so {table} is rebuilt: first the table as it shall be."
        );
        let mut drafts = vec![rebuild(sql!(E; &Definition::from_catalog(text)), Work::Catalog, &why)];
        if let Some(copy) = copy::rows(table, &helper, &self.before, &self.after, filling, self.kept) {
            drafts.push(rebuild(copy, Work::Rewrite, "Copies every row into it."));
        }
        if self.before.autoincrements() && self.after.autoincrements() {
            let reason = "Numbers once given by AUTOINCREMENT are not given again.";
            drafts.extend(sequence(table, &helper).map(|sql| assist(sql, reason)));
        }
        let drop = sql!(E; "DROP TABLE ", table);
        drafts.push(rebuild(drop, Work::Catalog, "Its rows are all in the new table."));
        let rename = sql!(E; "ALTER TABLE ", &helper, " RENAME TO ", table);
        let rename =
            rebuild(rename, Work::Catalog, "The new table takes the name, and with it every reference.");
        // A view that is broken already, or waits to be made again, must not stop the rename. Where the table's own
        // checks name the table, SQLite has to rewrite them, which it does in the other mode alone.
        if inside == Inside::Plain && (has_texts(self.facts.from) || has_texts(self.facts.to)) {
            drafts.push(assist(
                sql!(E; "PRAGMA legacy_alter_table = ON"),
                "The rename shall not look into views and triggers.",
            ));
            drafts.push(rename);
            drafts.push(assist(sql!(E; "PRAGMA legacy_alter_table = OFF"), "Renames work as usual again."));
        } else {
            drafts.push(rename);
        }
        if self.checks_keys() {
            let check = orphans(table);
            let reason = "Fails, and takes everything back, where a row has no parent.";
            drafts.push(draft(Verb::Validate, Phase::Switch, check, Work::Scan, self.subject, reason));
        }
        drafts
    }

    /// Whether the table has foreign keys that SQLite can check: one whose parent has no such key is an error to it
    /// even where no row is.
    fn checks_keys(&self) -> bool {
        checks_keys(&self.after, self.facts.to)
    }
}

pub(super) fn checks_keys(side: &Side<'_>, schema: &Schema) -> bool {
    let mut keys = side.keys().peekable();
    keys.peek().is_some() && keys.all(|(table, columns)| has_key(schema, table, columns))
}

/// Fails where a row has no parent.
pub(super) fn orphans(table: &QualifiedName) -> Sql {
    sql!(E; "INSERT INTO temp.", &Ident::from(CHECK_TABLE), " SELECT 0 FROM pragma_foreign_key_check(",
        Literal(table.name.as_str()), ") LIMIT 1")
}

/// Whether any stored text may name a table.
fn has_texts(schema: &Schema) -> bool {
    schema.objects.keys().any(|id| matches!(id.kind, ObjectKind::View | ObjectKind::Trigger))
}

/// Whether a foreign key may point at these columns.
fn has_key(schema: &Schema, table: &QualifiedName, columns: &[Ident]) -> bool {
    let set = |columns: &mut dyn Iterator<Item = &Ident>| {
        let mut names: Vec<String> = columns.map(|column| folded(column.as_str())).collect();
        names.sort();
        names
    };
    let wanted = set(&mut columns.iter());
    let same = |other: &QualifiedName| folded(other.name.as_str()) == folded(table.name.as_str());
    schema.objects.values().any(|object| match &object.body {
        Body::Constraint(key) if same(&object.id.name) => match key.kind {
            ConstraintKind::PrimaryKey => columns.is_empty() || set(&mut key.columns.iter()) == wanted,
            ConstraintKind::Unique => set(&mut key.columns.iter()) == wanted,
            _ => false,
        },
        Body::Index(index) if same(&index.table) && index.uniqueness == Uniqueness::Unique => {
            let partial = super::constraint::words(index.tail.as_str()).contains("where");
            !partial
                && index.columns.iter().all(Option::is_some)
                && set(&mut index.columns.iter().flatten()) == wanted
        }
        _ => false,
    })
}

/// The number that AUTOINCREMENT has reached goes along; rows that were deleted may have had more than is left.
pub(super) fn sequence(table: &QualifiedName, helper: &QualifiedName) -> [Sql; 2] {
    let (old, new) = (Literal(table.name.as_str()), Literal(helper.name.as_str()));
    [
        sql!(E; "DELETE FROM sqlite_sequence WHERE name = ", new),
        sql!(E; "INSERT INTO sqlite_sequence (name, seq) SELECT ", new,
            ", seq FROM sqlite_sequence WHERE name = ", old, " COLLATE NOCASE"),
    ]
}

/// Foreign keys are off around everything that makes, drops or rebuilds a table: else DROP TABLE would delete the
/// rows of the children, and the setting cannot be changed inside a transaction.
pub(super) fn frame(steps: &[Step]) -> Frame {
    let mut frame = Frame::default();
    if steps.iter().any(|step| step.subject.kind == ObjectKind::Table) {
        let check = Ident::from(CHECK_TABLE);
        frame.before = vec![
            sql!(E; "PRAGMA foreign_keys = OFF"),
            sql!(E; "CREATE TEMP TABLE IF NOT EXISTS ", &check,
                " (ok INTEGER CONSTRAINT \"a row has no parent\" CHECK (ok))"),
        ];
        frame.after = vec![sql!(E; "DROP TABLE temp.", &check), sql!(E; "PRAGMA foreign_keys = ON")];
    }
    frame
}
