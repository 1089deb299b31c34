//! A type made again under its name: the old one steps aside, the new one is made, columns are converted through
//! text, the old one goes. All in one transaction.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Body, Column, Lock, LossTime, Object, ObjectId, ObjectKind, Phase, QualifiedName, Schema, Value, Verb,
    Work,
};
use crate::sql;

use super::column::{adjust, altering};
use super::{PG, about, column_alter, constraint, table_id, types};
use crate::engines::postgres::units::made_of;

/// The name of the old type while both exist.
fn aside(name: &QualifiedName) -> QualifiedName {
    let mut text = format!("migrator_old_{}", name.name);
    while text.len() > 63 {
        text.pop();
    }
    name.sibling(text.as_str().into())
}

pub(super) fn rebuild(
    subject: &ObjectId,
    before: &[Arc<Object>],
    after: &[Arc<Object>],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let old: Vec<&Arc<Object>> =
        in_order(before.iter().filter(|object| is_type(object)).collect(), facts.from);
    let new: Vec<&Arc<Object>> = in_order(after.iter().filter(|object| is_type(object)).collect(), facts.to);
    let switch = |sql, reason: &'static str| Draft::new(Verb::Rebuild, Phase::Switch, sql, reason);
    let columns = || {
        after.iter().filter_map(|object| {
            let former = before.iter().find(|former| former.id == object.id)?;
            match (&former.body, &object.body) {
                (Body::Column(x), Body::Column(y)) => Some((object, x, y)),
                _ => None,
            }
        })
    };
    let mut drafts = Vec::new();
    // The functions of a range type keep their names when it steps aside, so its values wait as text.
    let (ranges, old): (Vec<_>, Vec<_>) =
        old.into_iter().partition(|object| matches!(object.body, Body::Defined(_)));
    let waits = |column: &Column| ranges.iter().any(|range| made_of(column, &range.id));
    for (object, from, _) in columns().filter(|(_, from, _)| waits(from)) {
        drafts.extend(as_text(object, from));
    }
    for object in ranges.iter().rev() {
        let sql = sql!(PG; "DROP TYPE ", &object.id.name);
        drafts.push(switch(sql, "It is made again at once.").about(&object.id));
    }
    for object in &old {
        let word = if object.id.kind == ObjectKind::Domain { "ALTER DOMAIN " } else { "ALTER TYPE " };
        let sql = sql!(PG; word, &object.id.name, " RENAME TO ", &aside(&object.id.name).name);
        drafts.push(switch(sql, "The old type steps aside while values are converted.").about(&object.id));
    }
    for object in &new {
        if let Some(sql) = types::create_as(&object.id.name, object) {
            drafts.push(switch(sql, "The type as it is wanted.").about(&object.id));
        }
        let own = |part: &&Arc<Object>| {
            part.id.kind == ObjectKind::DomainConstraint && part.id.name == object.id.name
        };
        for part in after.iter().filter(own) {
            if let Body::Constraint(constraint) = &part.body {
                drafts.push(constraint::of_new_domain(part, constraint));
                drafts.extend(about::after_create(part, facts));
            }
        }
        drafts.extend(about::after_create(object, facts));
    }
    for (object, from, to) in columns() {
        if waits(from) {
            let text = Column {
                data_type: crate::model::Definition::from_catalog("text"),
                value: Value::Plain,
                ..from.clone()
            };
            drafts.extend(convert(object, &text, to, facts));
        } else {
            drafts.extend(convert(object, from, to, facts));
        }
    }
    for object in old.iter().rev() {
        let word = if object.id.kind == ObjectKind::Domain { "DROP DOMAIN " } else { "DROP TYPE " };
        let sql = sql!(PG; word, &aside(&object.id.name));
        drafts.push(switch(sql, "Nothing uses the old type any more.").about(&object.id));
    }
    if let Some(first) = drafts.first_mut() {
        first.undo = crate::engines::Undo::Action;
        let what = format!("values of {} that the other form does not have", subject.name);
        first.loss = Some(crate::model::Loss::new(LossTime::Since, what));
    }
    drafts
}

fn is_type(object: &Object) -> bool {
    matches!(object.id.kind, ObjectKind::Enum | ObjectKind::Domain | ObjectKind::Composite | ObjectKind::Type)
}

/// What others are made of comes first.
fn in_order<'a>(mut types: Vec<&'a Arc<Object>>, schema: &Schema) -> Vec<&'a Arc<Object>> {
    let mut ordered: Vec<&Arc<Object>> = Vec::with_capacity(types.len());
    while !types.is_empty() {
        let needs = |a: &Arc<Object>, b: &Arc<Object>| {
            schema.depends.binary_search_by(|(x, y)| (x, y).cmp(&(&a.id, &b.id))).is_ok()
        };
        let ready = types.iter().position(|a| types.iter().all(|b| a.id == b.id || !needs(a, b)));
        ordered.push(types.remove(ready.unwrap_or(0)));
    }
    ordered
}

/// The values of a column wait as text.
fn as_text(object: &Arc<Object>, from: &Column) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let lock = Lock::AccessExclusive;
    if matches!(from.value, Value::Default(_)) {
        let sql = altering(object).piece("DROP DEFAULT").done();
        drafts.push(adjust(object, sql, lock, "It is of the old type."));
    }
    let sql = altering(object).piece("TYPE text USING ").piece(object.id.leaf()).piece("::text").done();
    let draft = adjust(object, sql, lock, "The values wait as text until the type is made again.");
    drafts.push(draft.locks(lock, [table_id(&object.id.name)], Work::Rewrite));
    drafts
}

fn convert(object: &Arc<Object>, from: &Column, to: &Column, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let inherited = to.origin == crate::model::Origin::Inherited;
    if matches!(from.value, Value::Default(_)) {
        drafts.push(adjust(
            object,
            altering(object).piece("DROP DEFAULT").done(),
            Lock::AccessExclusive,
            "It is of the old type.",
        ));
    }
    if !inherited {
        let array = to.data_type.as_str().ends_with("[]");
        let through = crate::model::Definition::from_catalog(if array { "text[]" } else { "text" });
        let draft = column_alter::retype(object, object, (from, to), Some(&through));
        let mut draft = draft.locks(Lock::AccessExclusive, [table_id(&object.id.name)], Work::Rewrite);
        draft.undo = crate::engines::Undo::Covered;
        draft.loss = None;
        drafts.push(draft);
    }
    if let Value::Default(expression) = &to.value {
        let sql = altering(object).piece("SET DEFAULT ").piece(expression).done();
        drafts.push(adjust(object, sql, Lock::AccessExclusive, "The default of the new type."));
    }
    // What else changed of the column, once its type stands.
    let now = Column { data_type: to.data_type.clone(), value: to.value.clone(), ..from.clone() };
    if now != *to {
        let image = Object { body: Body::Column(now.clone()), ..Object::clone(object) };
        let edits = crate::diff::edits(&image, object, crate::diff::Privileges::Ignore);
        for mut draft in column_alter::alter(&image, object, (&now, to), &edits, facts) {
            draft.undo = crate::engines::Undo::Covered;
            drafts.push(draft);
        }
    }
    drafts
}
