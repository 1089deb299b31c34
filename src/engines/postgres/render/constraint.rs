//! Constraints of tables and domains, in their online forms where the table is in use.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Boundary, Buildable, Constraint, ConstraintIndex, ConstraintKind, Enforcement, Lock, LossTime, Object,
    ObjectKind, Origin, Phase, QualifiedName, Sql, TableShape, Validity, Verb, Work,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

use super::reparse::reparsed;
use super::{PG, in_transaction, index, is_fresh, outside, probe, table_id};

/// The definition with the storage parameters of its index.
pub(super) fn full(constraint: &Constraint) -> Sql {
    sql!(PG; &reparsed(&constraint.definition))
}

/// What can only be said of a constraint that exists.
pub(super) fn after_create(object: &Arc<Object>, constraint: &Constraint, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(index) = &constraint.index {
        let name = QualifiedName { schema: object.id.name.schema.clone(), name: object.id.leaf().clone() };
        for sql in super::table::storage("INDEX", &name, &Default::default(), &index.storage) {
            drafts.push(
                Draft::new(Verb::Alter, Phase::Expand, sql, "Storage of the key's index.")
                    .about(&object.id)
                    .locks(Lock::ShareUpdateExclusive, [table_id(&object.id.name)], Work::Catalog),
            );
        }
        drafts.extend(super::marks::of_index(&object.id.name, object.id.leaf(), facts));
    }
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

/// ADD CONSTRAINT on a table or domain that exists.
pub(super) fn add(object: &Arc<Object>, constraint: &Constraint, facts: &Facts<'_>) -> Vec<Draft> {
    if object.id.kind == ObjectKind::DomainConstraint {
        return add_to_domain(object, constraint, facts);
    }
    let partition = facts
        .to
        .objects
        .contains_key(&crate::model::ObjectId::new(ObjectKind::Partition, object.id.name.clone()));
    if super::table::comes_by_itself(constraint, partition) {
        return Vec::new();
    }
    let fresh = is_fresh(&object.id.name, facts);
    let mut drafts = match constraint.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique => match &constraint.index {
            Some(index)
                if index.buildable == Buildable::Concurrently
                    && !fresh
                    && constraint.on == TableShape::Plain =>
            {
                key_online(object, constraint, index)
            }
            _ => vec![direct(object, constraint, fresh)],
        },
        ConstraintKind::Exclude => vec![direct(object, constraint, fresh)],
        ConstraintKind::ForeignKey | ConstraintKind::Check | ConstraintKind::NotNull => {
            // A partitioned table takes a NOT VALID foreign key only since 18.
            let possible = constraint.on == TableShape::Plain
                || constraint.kind == ConstraintKind::Check
                || facts.version.at_least(18, 0);
            let checked =
                constraint.enforcement == Enforcement::Enforced && constraint.on != TableShape::Foreign;
            if fresh || !possible || !checked || constraint.validity == Validity::NotValid {
                vec![direct(object, constraint, fresh)]
            } else {
                validated_later(object, constraint)
            }
        }
    };
    drafts.extend(after_create(object, constraint, facts));
    drafts
}

/// The relations locked: both ends of a foreign key.
fn locked(object: &Object, constraint: &Constraint) -> Vec<crate::model::ObjectId> {
    let mut relations = vec![table_id(&object.id.name)];
    relations.extend(constraint.references.iter().map(|(table, _)| table_id(table)));
    relations
}

fn strength(constraint: &Constraint) -> Lock {
    match constraint.kind {
        ConstraintKind::ForeignKey => Lock::ShareRowExclusive,
        _ => Lock::AccessExclusive,
    }
}

fn adding(object: &Object, constraint: &Constraint) -> SqlBuilder {
    // A key of a partitioned table gets its parts by ATTACH, so that their names are ours and builds stay online.
    let only = constraint.on == TableShape::Partitioned && constraint.index.is_some();
    let head = match (constraint.on, only) {
        (TableShape::Foreign, _) => "ALTER FOREIGN TABLE ",
        (_, true) => "ALTER TABLE ONLY ",
        (_, false) => "ALTER TABLE ",
    };
    SqlBuilder::new(PG)
        .piece(head)
        .piece(&object.id.name)
        .piece(" ADD CONSTRAINT ")
        .piece(object.id.leaf())
        .piece(" ")
}

fn direct(object: &Object, constraint: &Constraint, fresh: bool) -> Draft {
    let mut sql = adding(object, constraint).piece(full(constraint));
    if constraint.validity == Validity::NotValid {
        sql.push(" NOT VALID");
    }
    let work = match constraint.kind {
        _ if fresh
            || constraint.validity == Validity::NotValid
            || constraint.enforcement == Enforcement::NotEnforced =>
        {
            Work::Catalog
        }
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude
            if constraint.on == TableShape::Partitioned =>
        {
            Work::Catalog
        }
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => Work::IndexBuild,
        ConstraintKind::ForeignKey | ConstraintKind::Check | ConstraintKind::NotNull => Work::Scan,
    };
    let reason = match work {
        Work::Catalog => "Nothing has to be checked.",
        Work::IndexBuild => {
            "PostgreSQL has no online form for this one: the table waits while its index is built."
        }
        _ => "PostgreSQL has no online form for this one: the table waits while it is read.",
    };
    let draft = Draft::new(Verb::Create, Phase::Expand, sql.done(), reason)
        .about(&object.id)
        .locks(strength(constraint), locked(object, constraint), work)
        .probed_by(probe::constraint(&object.id.name, object.id.leaf(), "EXISTS"));
    match constraint.origin {
        Origin::Local => draft.undone_by_action(),
        // The parent's key, dropped before, may have taken it along.
        Origin::Inherited => {
            let sql =
                sql!(PG; "ALTER TABLE ", &object.id.name, " DROP CONSTRAINT IF EXISTS ", object.id.leaf());
            draft.undone_by(vec![in_transaction(sql)])
        }
    }
}

/// NOT VALID now, VALIDATE in a later transaction (spec 1.1, P24 and P26).
fn validated_later(object: &Object, constraint: &Constraint) -> Vec<Draft> {
    let table = &object.id.name;
    let add = adding(object, constraint).piece(full(constraint)).piece(" NOT VALID").done();
    let validate = sql!(PG; "ALTER TABLE ", table, " VALIDATE CONSTRAINT ", object.id.leaf());
    vec![
        Draft::new(Verb::Create, Phase::Expand, add, "New rows are checked from now on; old ones later.")
            .about(&object.id)
            .locks(strength(constraint), locked(object, constraint), Work::Catalog)
            .undone_by_action()
            .probed_by(probe::constraint(table, object.id.leaf(), "EXISTS")),
        Draft::new(
            Verb::Validate,
            Phase::Validate,
            validate,
            "Reads the table while reads and writes go on.",
        )
        .about(&object.id)
        .locks(Lock::ShareUpdateExclusive, locked(object, constraint), Work::Scan)
        .bounded(Boundary::OwnTransaction)
        .probed_by(probe::constraint_valid(table, object.id.leaf()))
        .later(),
    ]
}

/// A unique index built concurrently, then made a key (spec 1.1, P20 and P21).
fn key_online(object: &Object, constraint: &Constraint, key: &ConstraintIndex) -> Vec<Draft> {
    let table = &object.id.name;
    let name = QualifiedName { schema: table.schema.clone(), name: object.id.leaf().clone() };
    let detach = sql!(PG; "ALTER TABLE ", table, " DROP CONSTRAINT IF EXISTS ", object.id.leaf());
    let [cleanup, build] = build(object, key, &name);
    let adopt = adopt(object, constraint, key, &name).undone_by(vec![in_transaction(detach)]);
    vec![cleanup, build, adopt]
}

/// Builds the index of a key under a name.
pub(super) fn build(object: &Object, key: &ConstraintIndex, name: &QualifiedName) -> [Draft; 2] {
    let table = &object.id.name;
    let build = sql!(PG; "CREATE UNIQUE INDEX CONCURRENTLY ", &name.name, " ON ", table, " ", &key.tail);
    let remove = sql!(PG; "DROP INDEX CONCURRENTLY IF EXISTS ", name);
    [
        index::cleanup(name, table).about(&object.id),
        Draft::new(
            Verb::Create,
            Phase::Expand,
            build,
            "Builds the key's index while reads and writes go on.",
        )
        .about(&object.id)
        .locks(Lock::ShareUpdateExclusive, [table_id(table)], Work::IndexBuild)
        .bounded(Boundary::NonTransactional)
        .undone_by(vec![outside(remove)])
        .probed_by(probe::index_valid(name)),
    ]
}

/// Makes an index the key; it takes the key's name.
pub(super) fn adopt(
    object: &Object,
    constraint: &Constraint,
    key: &ConstraintIndex,
    index: &QualifiedName,
) -> Draft {
    let table = &object.id.name;
    let word = match constraint.kind {
        ConstraintKind::PrimaryKey => "PRIMARY KEY",
        _ => "UNIQUE",
    };
    let mut attach = SqlBuilder::new(PG)
        .piece("ALTER TABLE ")
        .piece(table)
        .piece(" ADD CONSTRAINT ")
        .piece(object.id.leaf())
        .piece(" ")
        .piece(word)
        .piece(" USING INDEX ")
        .piece(&index.name);
    if !key.deferral.as_str().is_empty() {
        attach = attach.piece(" ").piece(&key.deferral);
    }
    Draft::new(
        Verb::Create,
        Phase::Switch,
        attach.done(),
        "The index is there already: nothing is built or read.",
    )
    .about(&object.id)
    .locks(Lock::AccessExclusive, [table_id(table)], Work::Catalog)
    .probed_by(probe::constraint(table, object.id.leaf(), "EXISTS"))
}

/// A constraint of a domain that nothing uses yet.
pub(super) fn of_new_domain(object: &Object, constraint: &Constraint) -> Draft {
    let mut sql = sql!(PG; "ALTER DOMAIN ", &object.id.name, " ADD CONSTRAINT ", object.id.leaf(), " ", &reparsed(&constraint.definition));
    if constraint.validity == Validity::NotValid {
        sql = sql!(PG; &sql, " NOT VALID");
    }
    Draft::new(Verb::Create, Phase::Switch, sql, "The domain is new: nothing has to be checked.")
        .about(&object.id)
}

fn add_to_domain(object: &Arc<Object>, constraint: &Constraint, facts: &Facts<'_>) -> Vec<Draft> {
    let fresh = !facts
        .from
        .objects
        .contains_key(&crate::model::ObjectId::new(ObjectKind::Domain, object.id.name.clone()));
    let mut sql = SqlBuilder::new(PG)
        .piece("ALTER DOMAIN ")
        .piece(&object.id.name)
        .piece(" ADD CONSTRAINT ")
        .piece(object.id.leaf())
        .piece(" ")
        .piece(&reparsed(&constraint.definition));
    let later = !fresh && constraint.validity == Validity::Valid;
    if later || constraint.validity == Validity::NotValid {
        sql.push(" NOT VALID");
    }
    let mut drafts = vec![
        Draft::new(Verb::Create, Phase::Expand, sql.done(), "New values are checked from now on.")
            .undone_by_action(),
    ];
    if later {
        let sql = sql!(PG; "ALTER DOMAIN ", &object.id.name, " VALIDATE CONSTRAINT ", object.id.leaf());
        drafts.push(
            Draft::new(Verb::Validate, Phase::Validate, sql, "Reads every table that uses the domain.")
                .locks(Lock::Share, [], Work::Scan)
                .bounded(Boundary::OwnTransaction)
                .later(),
        );
    }
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

pub(super) fn drop(object: &Object, constraint: &Constraint) -> Draft {
    let sql = match (object.id.kind, constraint.on) {
        (ObjectKind::DomainConstraint, _) => {
            sql!(PG; "ALTER DOMAIN ", &object.id.name, " DROP CONSTRAINT ", object.id.leaf())
        }
        (_, TableShape::Foreign) => {
            sql!(PG; "ALTER FOREIGN TABLE ", &object.id.name, " DROP CONSTRAINT ", object.id.leaf())
        }
        (_, TableShape::Plain | TableShape::Partitioned) => {
            sql!(PG; "ALTER TABLE ", &object.id.name, " DROP CONSTRAINT ", object.id.leaf())
        }
    };
    let draft = Draft::new(Verb::Drop, Phase::Contract, sql, "Nothing is checked any more.")
        .about(&object.id)
        .undone_by_action()
        .loses(LossTime::Since, format!("the guarantee of {} for rows written without it", object.id.leaf()));
    if object.id.kind == ObjectKind::DomainConstraint {
        return draft;
    }
    draft
        .locks(Lock::AccessExclusive, locked(object, constraint), Work::Catalog)
        .probed_by(probe::constraint(&object.id.name, object.id.leaf(), "NOT EXISTS"))
}

/// A constraint whose definition stays: it becomes valid, or its index gets other storage parameters.
pub(super) fn alter(object: &Object, from: &Constraint, to: &Constraint) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if (from.validity, to.validity) == (Validity::NotValid, Validity::Valid) {
        let sql = match object.id.kind {
            ObjectKind::DomainConstraint => {
                sql!(PG; "ALTER DOMAIN ", &object.id.name, " VALIDATE CONSTRAINT ", object.id.leaf())
            }
            _ => sql!(PG; "ALTER TABLE ", &object.id.name, " VALIDATE CONSTRAINT ", object.id.leaf()),
        };
        drafts.push(
            Draft::new(Verb::Validate, Phase::Validate, sql, "Reads the table while reads and writes go on.")
                .locks(Lock::ShareUpdateExclusive, locked(object, to), Work::Scan)
                .bounded(Boundary::OwnTransaction)
                .undone_by_action(),
        );
    }
    if let (Some(x), Some(y)) = (&from.index, &to.index) {
        let name = QualifiedName { schema: object.id.name.schema.clone(), name: object.id.leaf().clone() };
        for sql in super::table::storage("INDEX", &name, &x.storage, &y.storage) {
            drafts.push(
                Draft::new(Verb::Alter, Phase::Expand, sql, "Storage of the key's index.")
                    .locks(Lock::ShareUpdateExclusive, [table_id(&object.id.name)], Work::Catalog)
                    .undone_by_action(),
            );
        }
    }
    drafts
}
