//! What every object can carry: comment, owner, privileges, security labels. Written after a create, and as
//! changes of their own.

use std::collections::BTreeSet;

use crate::engines::{Draft, Facts, Restore};
use crate::model::{Body, Grant, Lock, Object, ObjectId, ObjectKind, Phase, Sql, Verb, Work};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, address::address, privileges};

/// Statements that follow the creation of an object.
pub(super) fn after_create(object: &Object, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(comment) = &object.about.comment {
        drafts.extend(comment_on(object, Some(comment)));
    }
    if let Body::View(view) = &object.body {
        for column in view.columns.iter().filter(|column| column.comment.is_some()) {
            drafts.push(column_comment(object, &column.name, column.comment.as_deref()));
        }
    }
    if let Body::Composite(composite) = &object.body {
        for attribute in composite.attributes.iter().filter(|attribute| attribute.comment.is_some()) {
            drafts.push(column_comment(object, &attribute.name, attribute.comment.as_deref()));
        }
    }
    for (provider, label) in &object.about.labels {
        drafts.extend(label_on(object, provider, Some(label)));
    }
    if facts.restore == Restore::OwnerAndGrants {
        if object.about.owner.is_some() && object.about.owner != facts.from.reader {
            drafts.extend(owner_of(object));
        }
        if let Some(grants) = &object.about.grants {
            let baseline = privileges::baseline(object, facts);
            drafts.extend(privileges::changes(object, &baseline, grants));
        }
        if let Body::View(view) = &object.body {
            for column in &view.columns {
                drafts.extend(privileges::column_changes(
                    object,
                    &column.name,
                    &BTreeSet::new(),
                    &column.grants,
                ));
            }
        }
    }
    drafts
}

/// Statements for what differs between two images.
pub(super) fn changes(before: &Object, after: &Object, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if before.about.comment != after.about.comment {
        drafts.extend(comment_on(after, after.about.comment.as_deref()));
    }
    if let (Body::View(x), Body::View(y)) = (&before.body, &after.body) {
        for (at, column) in y.columns.iter().enumerate() {
            let former = x.columns.get(at);
            if former.and_then(|column| column.comment.as_deref()) != column.comment.as_deref() {
                drafts.push(column_comment(after, &column.name, column.comment.as_deref()));
            }
            let none = BTreeSet::<Grant>::new();
            let grants = former.map_or(&none, |column| &column.grants);
            drafts.extend(privileges::column_changes(after, &column.name, grants, &column.grants));
        }
    }
    for provider in before.about.labels.keys().filter(|provider| !after.about.labels.contains_key(*provider))
    {
        drafts.extend(label_on(after, provider, None));
    }
    for (provider, label) in &after.about.labels {
        if before.about.labels.get(provider) != Some(label) {
            drafts.extend(label_on(after, provider, Some(label)));
        }
    }
    if before.about.owner != after.about.owner && !follows_its_table(after, facts) {
        drafts.extend(owner_of(after));
    }
    if before.about.grants != after.about.grants {
        let none = BTreeSet::new();
        let from = before.about.grants.as_deref().unwrap_or(&none);
        let to = after.about.grants.as_deref().unwrap_or(&none);
        // Changing the owner moves the old owner's privileges along.
        let moved = privileges::with_owner(from, before.about.owner.as_ref(), after.about.owner.as_ref());
        drafts.extend(privileges::changes(after, &moved, to));
        drafts.extend(privileges::column_grants_again(after, &moved, to, facts));
    }
    drafts
}

/// A sequence that belongs to a column always has the owner of its table.
fn follows_its_table(object: &Object, facts: &Facts<'_>) -> bool {
    let id = ObjectId::new(ObjectKind::SequenceOwner, object.id.name.clone());
    let of = |schema: &crate::model::Schema| match schema.objects.get(&id).map(|owner| &owner.body) {
        Some(Body::SequenceOwner(owner)) => Some(owner.table.clone()),
        _ => None,
    };
    object.id.kind == ObjectKind::Sequence && of(facts.from).is_some() && of(facts.from) == of(facts.to)
}

fn text(comment: Option<&str>, sql: &mut SqlBuilder) {
    match comment {
        Some(comment) => sql.push(Literal(comment)),
        None => sql.push("NULL"),
    }
}

fn draft(sql: Sql, object: &Object, reason: &'static str) -> Draft {
    Draft::new(Verb::Alter, Phase::Expand, sql, reason).about(&object.id)
}

fn comment_on(object: &Object, comment: Option<&str>) -> Option<Draft> {
    let mut sql = SqlBuilder::new(PG).piece("COMMENT ON ").piece(&address(object)?).piece(" IS ");
    text(comment, &mut sql);
    Some(draft(sql.done(), object, "Documentation only.").locks(
        Lock::ShareUpdateExclusive,
        [],
        Work::Catalog,
    ))
}

pub(super) fn column_comment(object: &Object, column: &crate::model::Ident, comment: Option<&str>) -> Draft {
    let mut sql = SqlBuilder::new(PG)
        .piece("COMMENT ON COLUMN ")
        .piece(&object.id.name)
        .piece(".")
        .piece(column)
        .piece(" IS ");
    text(comment, &mut sql);
    draft(sql.done(), object, "Documentation only.")
}

fn label_on(object: &Object, provider: &str, label: Option<&str>) -> Option<Draft> {
    let provider = crate::model::Ident::new(provider);
    let mut sql = SqlBuilder::new(PG).piece("SECURITY LABEL FOR ").piece(&provider);
    sql.push(" ON ");
    sql.push(&address(object)?);
    sql.push(" IS ");
    text(label, &mut sql);
    Some(draft(sql.done(), object, "Keeps the security label."))
}

fn owner_of(object: &Object) -> Option<Draft> {
    let owner = object.about.owner.as_ref()?;
    let altered = match object.id.kind {
        ObjectKind::Column | ObjectKind::Constraint => return None,
        _ => address(object)?,
    };
    let sql = sql!(PG; "ALTER ", &altered, " OWNER TO ", owner);
    Some(draft(sql, object, "The object belongs to its recorded owner.").locks(
        Lock::AccessExclusive,
        [object.id.clone()],
        Work::Catalog,
    ))
}
