//! Enums, domains and composite types.

use std::sync::Arc;

use crate::engines::Draft;
use crate::model::{
    Boundary, Composite, Definition, Domain, EnumType, Object, Phase, QualifiedName, Sql, Validity, Verb,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, probe};

pub(super) fn create_enum(name: &QualifiedName, of: &EnumType) -> Sql {
    SqlBuilder::new(PG)
        .piece("CREATE TYPE ")
        .piece(name)
        .piece(" AS ENUM (")
        .joined(of.labels.iter().map(|label| Literal(label)), ", ")
        .piece(")")
        .done()
}

pub(super) fn create_domain(name: &QualifiedName, domain: &Domain) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece("CREATE DOMAIN ").piece(name).piece(" AS ").piece(&domain.base);
    if let Some(collation) = &domain.collation {
        sql = sql.piece(" COLLATE ").piece(collation);
    }
    if let Some(default) = &domain.default {
        sql = sql.piece(" DEFAULT ").piece(default);
    }
    if let Some(not_null) = domain.not_null.as_ref().filter(|not_null| not_null.validity == Validity::Valid) {
        if let Some(name) = &not_null.name {
            sql = sql.piece(" CONSTRAINT ").piece(name);
        }
        sql.push(" NOT NULL");
    }
    sql.done()
}

pub(super) fn create_composite(name: &QualifiedName, composite: &Composite) -> Sql {
    let attributes = composite.attributes.iter().map(|attribute| {
        let sql = SqlBuilder::new(PG).piece(&attribute.name).piece(" ").piece(&attribute.data_type);
        match &attribute.collation {
            Some(collation) => sql.piece(" COLLATE ").piece(collation).done(),
            None => sql.done(),
        }
    });
    SqlBuilder::new(PG)
        .piece("CREATE TYPE ")
        .piece(name)
        .piece(" AS (")
        .joined(attributes, ", ")
        .piece(")")
        .done()
}

/// ADD VALUE for each new label, in an order in which its neighbour exists.
pub(super) fn alter_enum(object: &Object, from: &EnumType, to: &EnumType) -> Vec<Draft> {
    let mut present: Vec<&str> = from.labels.iter().map(AsRef::as_ref).collect();
    let mut drafts: Vec<Draft> = Vec::new();
    for (at, label) in to.labels.iter().enumerate() {
        if present.contains(&label.as_ref()) {
            continue;
        }
        let mut sql = SqlBuilder::new(PG)
            .piece("ALTER TYPE ")
            .piece(&object.id.name)
            .piece(" ADD VALUE ")
            .piece(Literal(label));
        let next = to.labels[at + 1..].iter().find(|next| present.contains(&next.as_ref()));
        if let Some(next) = next {
            sql = sql.piece(" BEFORE ").piece(Literal(next));
        }
        present.push(label);
        drafts.push(
            Draft::new(
                Verb::Alter,
                Phase::Expand,
                sql.done(),
                "A new label can be used only after its transaction ends.",
            )
            .bounded(Boundary::OwnTransaction)
            .probed_by(probe::enum_label(&object.id.name, label)),
        );
    }
    if let Some(first) = drafts.first_mut() {
        first.undo = crate::engines::Undo::Action;
        let what = format!("rows that use a new label of {}", object.id.name);
        first.loss = Some(crate::model::Loss::new(crate::model::LossTime::Since, what));
    }
    drafts
}

pub(super) fn alter_domain(object: &Object, from: &Domain, to: &Domain) -> Vec<Draft> {
    let altering = || SqlBuilder::new(PG).piece("ALTER DOMAIN ").piece(&object.id.name).piece(" ");
    let mut drafts = Vec::new();
    let mut say = |sql: Sql, reason: &'static str| {
        drafts.push(Draft::new(Verb::Alter, Phase::Expand, sql, reason).undone_by_action())
    };
    if from.default != to.default {
        match &to.default {
            Some(expression) => say(
                altering().piece("SET DEFAULT ").piece(expression).done(),
                "Only rows written later are concerned.",
            ),
            None => say(altering().piece("DROP DEFAULT").done(), "Only rows written later are concerned."),
        }
    }
    if from.not_null != to.not_null {
        if from.not_null.is_some() {
            say(altering().piece("DROP NOT NULL").done(), "Readers may meet NULL from now on.");
        }
        if let Some(not_null) = &to.not_null {
            let sql = match &not_null.name {
                Some(name) => altering().piece("ADD CONSTRAINT ").piece(name).piece(" NOT NULL").done(),
                None => altering().piece("SET NOT NULL").done(),
            };
            say(sql, "Reads every table that uses the domain.");
        }
    }
    for draft in drafts.iter_mut().skip(1) {
        draft.undo = crate::engines::Undo::Covered;
    }
    drafts
}

pub(super) fn alter_composite(object: &Object, from: &Composite, to: &Composite) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut say =
        |sql: Sql, reason: &'static str| drafts.push(Draft::new(Verb::Alter, Phase::Expand, sql, reason));
    for attribute in from.attributes.iter().filter(|a| !to.attributes.iter().any(|b| b.name == a.name)) {
        say(
            sql!(PG; "ALTER TYPE ", &object.id.name, " DROP ATTRIBUTE ", &attribute.name),
            "Values lose this part.",
        );
    }
    for attribute in to.attributes.iter().filter(|b| !from.attributes.iter().any(|a| a.name == b.name)) {
        let mut sql = SqlBuilder::new(PG)
            .piece("ALTER TYPE ")
            .piece(&object.id.name)
            .piece(" ADD ATTRIBUTE ")
            .piece(&attribute.name)
            .piece(" ")
            .piece(&attribute.data_type);
        if let Some(collation) = &attribute.collation {
            sql = sql.piece(" COLLATE ").piece(collation);
        }
        say(sql.done(), "Existing values have NULL there.");
    }
    if let Some(first) = drafts.first_mut() {
        first.undo = crate::engines::Undo::Action;
    }
    for attribute in &to.attributes {
        let former =
            from.attributes.iter().find(|a| a.name == attribute.name).and_then(|a| a.comment.as_deref());
        if former != attribute.comment.as_deref() {
            let mut draft =
                super::about::column_comment(object, &attribute.name, attribute.comment.as_deref());
            if drafts.is_empty() {
                draft.undo = crate::engines::Undo::Action;
            }
            drafts.push(draft);
        }
    }
    drafts
}

/// The statement that makes a type of any kind under a name; `None` where it is kept as text under its own name.
pub(super) fn create_as(name: &QualifiedName, object: &Arc<Object>) -> Option<Sql> {
    use crate::model::Body;
    match &object.body {
        Body::Enum(of) => Some(create_enum(name, of)),
        Body::Domain(of) => Some(create_domain(name, of)),
        Body::Composite(of) => Some(create_composite(name, of)),
        Body::Defined(of) => of.create.first().map(|statement: &Definition| sql!(PG; statement)),
        _ => None,
    }
}
