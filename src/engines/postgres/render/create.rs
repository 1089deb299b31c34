//! CREATE for every kind of object, with the parts folded into it and what follows.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Body, Firing, Lock, Object, ObjectKind, Phase, Policy, PolicyMode, Sql, Trigger, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, about, column, constraint, index, probe, sequence, table, table_id, types, view};

/// The head is created with the columns and constraints folded into it; anything else follows in its order.
pub(super) fn create(objects: &[Arc<Object>], facts: &Facts<'_>) -> Vec<Draft> {
    let Some((head, rest)) = objects.split_first() else { return Vec::new() };
    // Owned sequences fall with their table or column; they have to be there before its default.
    let (sequences, rest): (Vec<_>, Vec<_>) =
        rest.iter().cloned().partition(|object| object.id.kind == ObjectKind::Sequence);
    let mut drafts: Vec<Draft> = Vec::new();
    for object in &sequences {
        drafts.extend(one(object, facts).into_iter().map(covered));
    }
    let Body::Table(of) = &head.body else {
        drafts.extend(one(head, facts));
        for object in &rest {
            drafts.extend(one(object, facts).into_iter().map(covered));
        }
        return drafts;
    };
    let (folded, after): (Vec<_>, Vec<_>) = rest.into_iter().partition(|object| folds(object, head));
    drafts.extend(table::create(head, of, &folded, facts));
    for object in &after {
        drafts.extend(one(object, facts).into_iter().map(covered));
    }
    drafts
}

fn covered(mut draft: Draft) -> Draft {
    draft.undo = crate::engines::Undo::Covered;
    draft.loss = None;
    draft
}

fn folds(object: &Object, table: &Object) -> bool {
    let belongs = object.id.name == table.id.name && object.id.member.is_some();
    match &object.body {
        Body::Column(_) => belongs,
        Body::Constraint(constraint) => {
            belongs && constraint.validity == crate::model::Validity::Valid && constraint.references.is_none()
                || belongs && super::super::decide::folding(object) == crate::engines::Folding::WhenReady
        }
        _ => false,
    }
}

fn simple(object: &Arc<Object>, sql: Sql, reason: &'static str, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts =
        vec![Draft::new(Verb::Create, Phase::Expand, sql, reason).about(&object.id).undone_by_action()];
    drafts.extend(about::after_create(object, facts));
    drafts
}

pub(super) fn one(object: &Arc<Object>, facts: &Facts<'_>) -> Vec<Draft> {
    let id = &object.id;
    match &object.body {
        Body::Schema => {
            let mut drafts =
                simple(object, sql!(PG; "CREATE SCHEMA ", &id.name.name), "A new schema.", facts);
            if let Some(first) = drafts.first_mut() {
                first.probe = crate::model::Probe::Query(probe::schema_exists(&id.name.name));
            }
            drafts
        }
        Body::Extension(extension) => {
            let mut sql = SqlBuilder::new(PG).piece("CREATE EXTENSION ").piece(&id.name.name);
            if let Some(schema) = &extension.schema {
                sql = sql.piece(" WITH SCHEMA ").piece(schema);
            }
            sql = sql.piece(" VERSION ").piece(Literal(&extension.version));
            simple(object, sql.done(), "Runs the extension's own script.", facts)
        }
        Body::Table(of) => table::create(object, of, &[], facts),
        Body::Column(of) => column::add(object, of, facts),
        Body::Constraint(of) => constraint::add(object, of, facts),
        Body::Index(of) => index::create(object, of, facts),
        Body::View(of) => view::create(object, of, facts),
        Body::Routine(routine) => {
            simple(object, sql!(PG; &routine.definition), "Replaces nothing: the arguments are new.", facts)
        }
        Body::Trigger(of) => trigger(object, of, facts),
        Body::Policy(of) => {
            let mut drafts = simple(object, policy(object, of), "Decides which rows each role sees.", facts);
            if let Some(first) = drafts.first_mut() {
                *first = first.clone().locks(Lock::AccessExclusive, [table_id(&id.name)], Work::Catalog);
            }
            drafts
        }
        Body::Sequence(of) => simple(object, sequence::create(object, of), "A new sequence.", facts),
        Body::SequenceOwner(of) => vec![sequence::own(object, of)],
        Body::Partition(of) => vec![index::partition(object, of)],
        Body::IndexPartition(of) => index::attach(object, of, facts),
        Body::Enum(of) => simple(object, types::create_enum(&id.name, of), "A new type.", facts),
        Body::Domain(of) => simple(object, types::create_domain(&id.name, of), "A new type.", facts),
        Body::Composite(of) => simple(object, types::create_composite(&id.name, of), "A new type.", facts),
        Body::Privileges(of) => {
            let mut drafts = super::privileges::defaults(object, of, &of.built_in, &of.grants);
            if let Some(first) = drafts.first_mut() {
                first.undo = crate::engines::Undo::Action;
            }
            drafts
        }
        Body::Defined(defined) => {
            let mut drafts: Vec<Draft> = defined
                .create
                .iter()
                .map(|statement| {
                    Draft::new(
                        Verb::Create,
                        Phase::Expand,
                        sql!(PG; statement),
                        "Made as the server describes it.",
                    )
                    .about(id)
                })
                .collect();
            if let Some(first) = drafts.first_mut() {
                first.undo = crate::engines::Undo::Action;
            }
            drafts.extend(about::after_create(object, facts));
            drafts
        }
        Body::Opaque(opaque) => {
            simple(object, sql!(PG; &opaque.text), "Made as the server describes it.", facts)
        }
    }
}

fn trigger(object: &Arc<Object>, trigger: &Trigger, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = vec![
        Draft::new(
            Verb::Create,
            Phase::Expand,
            sql!(PG; &super::reparse::reparsed(&trigger.definition)),
            "Fires for rows written from now on.",
        )
        .about(&object.id)
        .locks(Lock::ShareRowExclusive, [table_id(&object.id.name)], Work::Catalog)
        .undone_by_action(),
    ];
    if trigger.firing != Firing::Origin {
        drafts.push(firing(object, trigger.firing));
    }
    drafts.extend(about::after_create(object, facts));
    drafts
}

pub(super) fn firing(object: &Object, firing: Firing) -> Draft {
    let word = match firing {
        Firing::Origin => " ENABLE TRIGGER ",
        Firing::Disabled => " DISABLE TRIGGER ",
        Firing::Replica => " ENABLE REPLICA TRIGGER ",
        Firing::Always => " ENABLE ALWAYS TRIGGER ",
    };
    let sql = sql!(PG; "ALTER TABLE ", &object.id.name, word, object.id.leaf());
    Draft::new(Verb::Alter, Phase::Expand, sql, "Decides when the trigger fires.").about(&object.id).locks(
        Lock::ShareRowExclusive,
        [table_id(&object.id.name)],
        Work::Catalog,
    )
}

fn policy(object: &Object, policy: &Policy) -> Sql {
    let mut sql = SqlBuilder::new(PG)
        .piece("CREATE POLICY ")
        .piece(object.id.leaf())
        .piece(" ON ")
        .piece(&object.id.name);
    if policy.mode == PolicyMode::Restrictive {
        sql.push(" AS RESTRICTIVE");
    }
    let command =
        ["SELECT", "INSERT", "UPDATE", "DELETE"].into_iter().find(|word| *word == policy.command.as_ref());
    if let Some(command) = command {
        sql = sql.piece(" FOR ").piece(command);
    }
    policy_rest(&mut sql, policy);
    sql.done()
}

/// ` TO roles USING (…) WITH CHECK (…)`.
pub(super) fn policy_rest(sql: &mut SqlBuilder, policy: &Policy) {
    sql.push(" TO ");
    for (at, role) in policy.roles.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        match role {
            Some(role) => sql.push(role),
            None => sql.push("PUBLIC"),
        }
    }
    if let Some(using) = &policy.using {
        sql.push(" USING (");
        sql.push(&super::reparse::reparsed(using));
        sql.push(")");
    }
    if let Some(check) = &policy.check {
        sql.push(" WITH CHECK (");
        sql.push(&super::reparse::reparsed(check));
        sql.push(")");
    }
}
