//! Sequences, their owners, and the options of identity columns.

use crate::engines::Draft;
use crate::model::{
    Cycle, Identity, IdentityMode, Lock, Object, Persistence, Phase, QualifiedName, Sequence,
    SequenceOptions, SequenceOwner, Sql, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::PG;

fn range(data_type: &str) -> (i128, i128) {
    match data_type {
        "smallint" => (i128::from(i16::MIN), i128::from(i16::MAX)),
        "integer" => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    }
}

/// What the server chooses when nothing is said (`init_params`).
fn usual(data_type: &str, increment: i128) -> SequenceOptions {
    let (lowest, highest) = range(data_type);
    let (minimum, maximum) = if increment > 0 { (1, highest) } else { (lowest, -1) };
    let start = if increment > 0 { minimum } else { maximum };
    SequenceOptions { start, increment: 1, minimum, maximum, cache: 1, cycle: Cycle::NoCycle }
}

/// Only what differs from the usual, in front of each a space.
fn options(sql: &mut SqlBuilder, options: &SequenceOptions, usual: &SequenceOptions) {
    let mut say = |word: &'static str, value: i128, usual: i128| {
        if value != usual {
            sql.push(word);
            sql.push(value);
        }
    };
    say(" INCREMENT BY ", options.increment, usual.increment);
    say(" MINVALUE ", options.minimum, usual.minimum);
    say(" MAXVALUE ", options.maximum, usual.maximum);
    say(" START WITH ", options.start, usual.start);
    say(" CACHE ", options.cache, usual.cache);
    if options.cycle != usual.cycle {
        sql.push(match options.cycle {
            Cycle::Cycle => " CYCLE",
            Cycle::NoCycle => " NO CYCLE",
        });
    }
}

pub(super) fn create(object: &Object, sequence: &Sequence) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece(match sequence.persistence {
        Persistence::Permanent => "CREATE SEQUENCE ",
        Persistence::Unlogged => "CREATE UNLOGGED SEQUENCE ",
    });
    sql.push(&object.id.name);
    if sequence.data_type.as_str() != "bigint" {
        sql.push(" AS ");
        sql.push(&sequence.data_type);
    }
    options(&mut sql, &sequence.options, &usual(sequence.data_type.as_str(), sequence.options.increment));
    sql.done()
}

pub(super) fn alter(object: &Object, before: &Sequence, after: &Sequence) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let draft = |sql: Sql| {
        Draft::new(Verb::Alter, Phase::Expand, sql, "The current value is kept.")
            .locks(Lock::ShareRowExclusive, [object.id.clone()], Work::Catalog)
            .undone_by_action()
    };
    drafts.extend(moved_inside(&object.id.name, &before.options, &after.options).map(draft));
    if before.data_type != after.data_type || before.options != after.options {
        let mut sql = SqlBuilder::new(PG).piece("ALTER SEQUENCE ").piece(&object.id.name);
        if before.data_type != after.data_type {
            sql = sql.piece(" AS ").piece(&after.data_type);
            // A new type moves the bounds that were the old type's own.
            options(
                &mut sql,
                &after.options,
                &SequenceOptions { minimum: i128::MIN, maximum: i128::MIN, ..before.options.clone() },
            );
        } else {
            options(&mut sql, &after.options, &before.options);
        }
        if restarts(&before.options, &after.options) {
            sql.push(" RESTART");
        }
        drafts.push(draft(sql.done()));
    }
    if before.persistence != after.persistence {
        let word = match after.persistence {
            Persistence::Permanent => " SET LOGGED",
            Persistence::Unlogged => " SET UNLOGGED",
        };
        drafts.push(draft(sql!(PG; "ALTER SEQUENCE ", &object.id.name, word)));
    }
    drafts
}

/// The server refuses bounds that leave out the current value, so that is moved inside first. Where the old and the
/// new bounds have nothing in common, the change itself has to restart the sequence: see [`restarts`].
pub(super) fn moved_inside(
    name: &QualifiedName,
    from: &SequenceOptions,
    to: &SequenceOptions,
) -> Option<Sql> {
    if to.minimum <= from.minimum && to.maximum >= from.maximum || restarts(from, to) {
        return None;
    }
    let quoted = sql!(PG; name);
    let (low, high) = (to.minimum.max(from.minimum), to.maximum.min(from.maximum));
    let unused = to.start.clamp(low, high);
    Some(
        sql!(PG; "SELECT pg_catalog.setval(", Literal(quoted.as_str()), ", CASE WHEN NOT is_called THEN ", unused,
            " WHEN last_value < ", low, " THEN ", low, " ELSE ", high, " END, is_called AND last_value > ", high,
            ") FROM ", name, " WHERE last_value NOT BETWEEN ", low, " AND ", high),
    )
}

/// Whether no value is inside both bounds.
pub(super) fn restarts(from: &SequenceOptions, to: &SequenceOptions) -> bool {
    to.minimum > from.maximum || to.maximum < from.minimum
}

pub(super) fn own(object: &Object, owner: &SequenceOwner) -> Draft {
    let sql = sql!(PG; "ALTER SEQUENCE ", &object.id.name, " OWNED BY ", &owner.table, ".", &owner.column);
    Draft::new(Verb::Alter, Phase::Expand, sql, "The sequence goes when its column goes.").undone_by_action()
}

pub(super) fn disown(object: &Object) -> Draft {
    let sql = sql!(PG; "ALTER SEQUENCE ", &object.id.name, " OWNED BY NONE");
    Draft::new(Verb::Alter, Phase::Expand, sql, "The sequence outlives its column.").undone_by_action()
}

fn mode(mode: IdentityMode) -> &'static str {
    match mode {
        IdentityMode::Always => "ALWAYS",
        IdentityMode::ByDefault => "BY DEFAULT",
    }
}

/// `GENERATED ALWAYS AS IDENTITY (…)`.
pub(super) fn identity(sql: &mut SqlBuilder, identity: &Identity, data_type: &str, usual_name: &str) {
    sql.push("GENERATED ");
    sql.push(mode(identity.mode));
    sql.push(" AS IDENTITY");
    let mut inner = SqlBuilder::new(PG);
    if identity.sequence.name.as_str() != usual_name {
        inner = inner.piece(" SEQUENCE NAME ").piece(&identity.sequence);
    }
    options(&mut inner, &identity.options, &usual(data_type, identity.options.increment));
    let inner = inner.done();
    if !inner.as_str().is_empty() {
        sql.push(" (");
        sql.push(&crate::model::Definition::from_catalog(inner.as_str().trim_start()));
        sql.push(")");
    }
}

/// `SET GENERATED …  SET INCREMENT BY …` for an identity column that stays one.
pub(super) fn identity_changes(sql: &mut SqlBuilder, before: &Identity, after: &Identity) {
    if before.mode != after.mode {
        sql.push(" SET GENERATED ");
        sql.push(mode(after.mode));
    }
    let (x, y) = (&before.options, &after.options);
    let mut say = |word: &'static str, from: i128, to: i128| {
        if from != to {
            sql.push(word);
            sql.push(to);
        }
    };
    say(" SET INCREMENT BY ", x.increment, y.increment);
    say(" SET MINVALUE ", x.minimum, y.minimum);
    say(" SET MAXVALUE ", x.maximum, y.maximum);
    say(" SET START WITH ", x.start, y.start);
    say(" SET CACHE ", x.cache, y.cache);
    if x.cycle != y.cycle {
        sql.push(match y.cycle {
            Cycle::Cycle => " SET CYCLE",
            Cycle::NoCycle => " SET NO CYCLE",
        });
    }
    if restarts(x, y) {
        sql.push(" RESTART");
    }
}
