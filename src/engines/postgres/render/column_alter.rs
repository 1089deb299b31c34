//! Changes of a column that stays: type, nullability, default, identity, generation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engines::{Draft, Facts, Timing};
use crate::model::{
    Aspect, Body, Boundary, Column, Definition, Edit, Ident, Identity, Inherit, Lock, LossTime, Nullability,
    Object, ObjectId, Phase, Validity, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::super::decide::children;
use super::column::{adjust, altering, details};
use super::{PG, in_transaction, is_fresh, probe, table_id};

pub(super) fn alter(
    before: &Object,
    after: &Object,
    (from, to): (&Column, &Column),
    edits: &[Edit],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let retyped = edits.iter().any(|edit| matches!(edit.aspect, Aspect::DataType | Aspect::Collation));
    let had_default = matches!(from.value, Value::Default(_));
    let unset =
        had_default && (retyped && from.data_type != to.data_type || !matches!(to.value, Value::Default(_)));
    if unset {
        drafts.push(
            adjust(
                after,
                altering(after).piece("DROP DEFAULT").done(),
                Lock::AccessExclusive,
                "Existing rows keep their values.",
            )
            .undone_by_action(),
        );
    }
    if let (Value::Identity(_), false) = (&from.value, matches!(to.value, Value::Identity(_))) {
        let sql = altering(after).piece("DROP IDENTITY").done();
        drafts.push(
            adjust(after, sql, Lock::AccessExclusive, "Existing rows keep their values.").undone_by_action(),
        );
    }
    if let (Value::Generated { .. }, Value::Plain | Value::Default(_)) = (&from.value, &to.value) {
        let sql = altering(after).piece("DROP EXPRESSION").done();
        drafts.push(
            adjust(after, sql, Lock::AccessExclusive, "Existing rows keep their computed values.")
                .undone_by_action(),
        );
    }
    if retyped {
        drafts.push(retype(before, after, (from, to), None));
    }
    if let (Nullability::NotNull | Nullability::Named { .. }, Nullability::Nullable) =
        (&from.nullability, &to.nullability)
    {
        let sql = altering(after).piece("DROP NOT NULL").done();
        drafts.push(
            adjust(after, sql, Lock::AccessExclusive, "Readers may meet NULL from now on.")
                .undone_by_action(),
        );
        if facts.version.at_least(18, 0) {
            drafts.extend(heirs(&after.id, facts).into_iter().map(|heir| {
                let sql = altering(heir).piece("DROP NOT NULL").done();
                adjust(heir, sql, Lock::AccessExclusive, "Its own NOT NULL would outlast its parent's.")
            }));
        }
    }
    if let (Value::Default(expression), true) = (&to.value, unset || from.value != to.value) {
        let sql = altering(after).piece("SET DEFAULT ").piece(expression).done();
        drafts.push(
            adjust(after, sql, Lock::AccessExclusive, "Only rows written later are concerned.")
                .undone_by_action(),
        );
    }
    if !from.nullability.is_not_null() && to.nullability.is_not_null() {
        drafts.extend(set_not_null(after, to, facts));
    } else {
        drafts.extend(not_null_details(after, &from.nullability, &to.nullability));
    }
    if let Value::Identity(identity) = &to.value {
        drafts.extend(identity_changes(after, from, to, identity, facts));
    }
    drafts.extend(details(after, Some(from), to));
    // One reversal for the whole action, on its first statement that changes something.
    first_reverses(&mut drafts);
    drafts
}

/// The columns under this one that may become NULL with it, parents first. A table below may have declared NOT NULL
/// itself, be it only by a key of its own; since 18 that is a constraint of its own, which stays behind.
fn heirs<'a>(column: &ObjectId, facts: &'a Facts<'_>) -> Vec<&'a Arc<Object>> {
    let not_null = |object: Option<&Arc<Object>>| matches!(object.map(|object| &object.body), Some(Body::Column(column)) if column.nullability.is_not_null());
    let freed =
        |object: &&Arc<Object>| not_null(facts.from.objects.get(&object.id)) && !not_null(Some(object));
    let mut found: Vec<&Arc<Object>> = Vec::new();
    let mut above = vec![column.name.clone()];
    while !above.is_empty() {
        let children = above.iter().flat_map(|parent| children(parent, facts.to));
        let below: BTreeMap<&ObjectId, &Arc<Object>> = children
            .filter_map(|child| facts.to.objects.get(&column.named(child.clone())))
            .filter(freed)
            .filter(|object| !found.iter().any(|other| other.id == object.id))
            .map(|object| (&object.id, object))
            .collect();
        above = below.keys().map(|id| id.name.clone()).collect();
        found.extend(below.into_values());
    }
    found
}

/// Leaves the reversal of the whole action on one statement only.
fn first_reverses(drafts: &mut [Draft]) {
    use crate::engines::Undo;
    let mut seen = false;
    for draft in drafts.iter_mut() {
        if matches!(draft.undo, Undo::Action) {
            if seen {
                draft.undo = Undo::Covered;
            }
            seen = true;
        }
    }
    if !seen && let Some(first) = drafts.first_mut() {
        first.undo = Undo::Action;
    }
}

/// ALTER COLUMN … TYPE. `through` is the type that the value passes through on its way.
pub(super) fn retype(
    before: &Object,
    after: &Object,
    (from, to): (&Column, &Column),
    through: Option<&Definition>,
) -> Draft {
    let foreign_free = altering(after).piece("TYPE ").piece(&to.data_type);
    let mut sql = match to.collation.as_deref() {
        Some(collation) => foreign_free.piece(" COLLATE ").piece(collation),
        None => foreign_free,
    };
    let same = from.data_type == to.data_type;
    if let Some(through) = through {
        sql = sql
            .piece(" USING ")
            .piece(after.id.leaf())
            .piece("::")
            .piece(through)
            .piece("::")
            .piece(&to.data_type);
    } else if !same && !super::super::types::assignable(from.data_type.as_str(), to.data_type.as_str()) {
        sql = sql.piece(" USING ").piece(after.id.leaf());
        if super::super::types::through_text(from.data_type.as_str(), to.data_type.as_str()) {
            sql.push("::text");
        }
        sql = sql.piece("::").piece(&to.data_type);
    }
    let free = same || super::super::types::binary_compatible(from.data_type.as_str(), to.data_type.as_str());
    let work = match (free, same) {
        (_, true) => Work::IndexBuild,
        (true, false) => Work::Catalog,
        (false, false) => Work::Rewrite,
    };
    let reason = match work {
        Work::Catalog => "The stored values need no change.",
        Work::IndexBuild => "Indexes on the column are built again for the new collation.",
        _ => "Every row is written again with the new type.",
    };
    let draft = Draft::new(Verb::Alter, Phase::Switch, sql.done(), reason)
        .about(&after.id)
        .locks(Lock::AccessExclusive, [table_id(&after.id.name)], work)
        .undone_by_action();
    if super::super::types::widens(from.data_type.as_str(), to.data_type.as_str()) {
        draft.loses(
            LossTime::Since,
            format!("values of {}.{} that do not fit {}", before.id.name, before.id.leaf(), from.data_type),
        )
    } else if same {
        draft
    } else {
        draft.loses(
            LossTime::Forward,
            format!("what {} cannot hold of {}.{}", to.data_type, before.id.name, before.id.leaf()),
        )
    }
}

/// SET NOT NULL without a scan under the exclusive lock (spec 1.1, P17).
fn set_not_null(object: &Object, to: &Column, facts: &Facts<'_>) -> Vec<Draft> {
    let table = &object.id.name;
    let set = altering(object).piece("SET NOT NULL").done();
    let exclusive =
        |draft: Draft, work| draft.about(&object.id).locks(Lock::AccessExclusive, [table_id(table)], work);
    let foreign = matches!(
        facts.to.objects.get(&table_id(table)).map(|table| &table.body),
        Some(Body::Table(of)) if of.foreign.is_some()
    );
    let named = match &to.nullability {
        Nullability::Named { name, inherit, validity } => Some((name.as_ref(), *inherit, *validity)),
        Nullability::NotNull | Nullability::Nullable => None,
    };
    if let Some((name, inherit, Validity::NotValid)) = named {
        return vec![add_not_null(object, name, inherit).undone_by_action()];
    }
    if is_fresh(table, facts) || foreign {
        let draft = Draft::new(Verb::Alter, Phase::Expand, set, "The table is new.").undone_by_action();
        return vec![exclusive(draft, Work::Catalog)];
    }
    if facts.version.at_least(18, 0) {
        let default = crate::model::Ident::new(not_null_name(object));
        let (name, inherit) = named.map_or((None, Inherit::Inherited), |(name, inherit, _)| (name, inherit));
        let name = name.unwrap_or(&default);
        let add =
            add_not_null(object, Some(name), inherit).undone_by_action().bounded(Boundary::OwnTransaction);
        let validate = sql!(PG; "ALTER TABLE ", table, " VALIDATE CONSTRAINT ", name);
        let validate = Draft::new(
            Verb::Validate,
            Phase::Validate,
            validate,
            "Reads the table while reads and writes go on.",
        )
        .about(&object.id)
        .locks(Lock::ShareUpdateExclusive, [table_id(table)], Work::Scan)
        .bounded(Boundary::OwnTransaction)
        .probed_by(probe::constraint_valid(table, name));
        return vec![add, validate];
    }
    let helper = crate::model::Ident::new(shortened(&format!("migrator_nn_{}", object.id.leaf())));
    let check = sql!(PG; "ALTER TABLE ", table, " ADD CONSTRAINT ", &helper, " CHECK (", object.id.leaf(), " IS NOT NULL) NOT VALID");
    let remove_if_there = sql!(PG; "ALTER TABLE ", table, " DROP CONSTRAINT IF EXISTS ", &helper);
    let validate = sql!(PG; "ALTER TABLE ", table, " VALIDATE CONSTRAINT ", &helper);
    let remove = sql!(PG; "ALTER TABLE ", table, " DROP CONSTRAINT ", &helper);
    vec![
        exclusive(
            Draft::new(Verb::Assist, Phase::Expand, check, "Lets NOT NULL be set later without a scan.")
                .bounded(Boundary::OwnTransaction)
                .undone_by(vec![in_transaction(remove_if_there)]),
            Work::Catalog,
        ),
        Draft::new(
            Verb::Validate,
            Phase::Validate,
            validate,
            "Reads the table while reads and writes go on.",
        )
        .about(&object.id)
        .locks(Lock::ShareUpdateExclusive, [table_id(table)], Work::Scan)
        .bounded(Boundary::OwnTransaction)
        .probed_by(probe::constraint_valid(table, &helper)),
        exclusive(
            Draft::new(Verb::Alter, Phase::Switch, set, "The validated check proves it: no scan.")
                .undone_by_action()
                .probed_by(probe::column_is_not_null(table, object.id.leaf())),
            Work::Catalog,
        ),
        exclusive(
            Draft::new(Verb::Assist, Phase::Switch, remove, "The check has done its work."),
            Work::Catalog,
        ),
    ]
}

/// The name the server gives a NOT NULL constraint by itself (18 and newer).
fn not_null_name(object: &Object) -> String {
    shortened(&format!("{}_{}_not_null", object.id.name.name, object.id.leaf()))
}

/// 63 bytes at most; a longer name ends in a hash of the whole.
fn shortened(name: &str) -> String {
    if name.len() <= 63 {
        return name.to_owned();
    }
    let hash = crate::model::Fingerprint::of([name]);
    let tail: String = hash.as_str().chars().skip("sha256:".len()).take(8).collect();
    let mut end = 54;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{tail}", &name[..end])
}

/// `ADD CONSTRAINT … NOT NULL … NOT VALID` (18 and newer).
pub(super) fn add_not_null(object: &Object, name: Option<&Ident>, inherit: Inherit) -> Draft {
    let mut sql = SqlBuilder::new(PG).piece("ALTER TABLE ").piece(&object.id.name).piece(" ADD ");
    if let Some(name) = name {
        sql = sql.piece("CONSTRAINT ").piece(name).piece(" ");
    }
    sql = sql.piece("NOT NULL ").piece(object.id.leaf());
    if inherit == Inherit::NoInherit {
        sql.push(" NO INHERIT");
    }
    adjust(
        object,
        sql.piece(" NOT VALID").done(),
        Lock::AccessExclusive,
        "New rows are checked from now on; old ones later.",
    )
}

/// NOT NULL stays, but its name, validity or inheritance changes (18 and newer).
fn not_null_details(object: &Object, from: &Nullability, to: &Nullability) -> Vec<Draft> {
    if from == to || !from.is_not_null() || !to.is_not_null() {
        return Vec::new();
    }
    let usual = Ident::new(not_null_name(object));
    let parts = |nullability: &Nullability| match nullability {
        Nullability::Named { name, inherit, validity } => {
            (name.clone().unwrap_or(usual.clone()), *inherit, *validity)
        }
        Nullability::NotNull | Nullability::Nullable => (usual.clone(), Inherit::Inherited, Validity::Valid),
    };
    let ((x, inherit_x, valid_x), (y, inherit_y, valid_y)) = (parts(from), parts(to));
    let table = &object.id.name;
    let mut drafts = Vec::new();
    if x != y {
        let sql = sql!(PG; "ALTER TABLE ", table, " RENAME CONSTRAINT ", &x, " TO ", &y);
        drafts.push(adjust(object, sql, Lock::AccessExclusive, "Only the name changes.").undone_by_action());
    }
    if inherit_x != inherit_y {
        let word = match inherit_y {
            Inherit::Inherited => " INHERIT",
            Inherit::NoInherit => " NO INHERIT",
        };
        let sql = sql!(PG; "ALTER TABLE ", table, " ALTER CONSTRAINT ", &y, word);
        drafts.push(adjust(object, sql, Lock::AccessExclusive, "Children follow.").undone_by_action());
    }
    if (valid_x, valid_y) == (Validity::NotValid, Validity::Valid) {
        let sql = sql!(PG; "ALTER TABLE ", table, " VALIDATE CONSTRAINT ", &y);
        drafts.push(
            Draft::new(Verb::Validate, Phase::Validate, sql, "Reads the table while reads and writes go on.")
                .about(&object.id)
                .locks(Lock::ShareUpdateExclusive, [table_id(table)], Work::Scan)
                .bounded(Boundary::OwnTransaction),
        );
    }
    drafts
}

fn identity_changes(
    object: &Object,
    from: &Column,
    to: &Column,
    identity: &Identity,
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let exclusive = Lock::AccessExclusive;
    match &from.value {
        Value::Identity(former) if **former == *identity => Vec::new(),
        Value::Identity(former) => {
            let mut drafts = Vec::new();
            if let Some(sql) =
                super::sequence::moved_inside(&former.sequence, &former.options, &identity.options)
            {
                drafts.push(adjust(
                    object,
                    sql,
                    Lock::RowExclusive,
                    "The numbering starts inside its new bounds.",
                ));
            }
            let mut sql = altering(object);
            super::sequence::identity_changes(&mut sql, former, identity);
            if former.mode != identity.mode || former.options != identity.options {
                drafts.push(
                    adjust(object, sql.done(), exclusive, "Existing rows keep their values.")
                        .undone_by_action(),
                );
            }
            if former.sequence != identity.sequence && former.sequence.schema == identity.sequence.schema {
                let sql =
                    sql!(PG; "ALTER SEQUENCE ", &former.sequence, " RENAME TO ", &identity.sequence.name);
                drafts.push(adjust(object, sql, exclusive, "Only the name changes.").undone_by_action());
            }
            drafts
        }
        Value::Plain | Value::Default(_) | Value::Generated { .. } => {
            let mut sql = altering(object).piece("ADD ");
            let usual = format!("{}_{}_seq", object.id.name.name, object.id.leaf());
            super::sequence::identity(&mut sql, identity, to.data_type.as_str(), &usual);
            let add = adjust(object, sql.done(), exclusive, "New rows get their number from the server.")
                .undone_by_action();
            if is_fresh(&object.id.name, facts) {
                return vec![add];
            }
            let table = sql!(PG; &object.id.name);
            let restart = sql!(PG; "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(", Literal(table.as_str()), ", ",
                Literal(object.id.leaf().as_str()), "), pg_catalog.max(", object.id.leaf(), "), true) FROM ", &object.id.name,
                " HAVING pg_catalog.max(", object.id.leaf(), ") IS NOT NULL");
            let restart = Draft::new(
                Verb::Assist,
                Phase::Expand,
                restart,
                "Numbering goes on above the rows that are there.",
            )
            .about(&object.id)
            .locks(Lock::AccessShare, [table_id(&object.id.name)], Work::Scan);
            vec![add, Draft { timing: Timing::Now, ..restart }]
        }
    }
}
