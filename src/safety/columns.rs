//! What several rules want to know about a column: why adding it rewrites its table, whether a sequence feeds it,
//! whether its domain is checked. Facts only.

use crate::model::{Body, Column, Object, ObjectId, ObjectKind, Schema, Stored, Value, Verb, Work};

use super::steps::blocks_long;
use super::survey::{Seen, Survey};

/// Why ADD COLUMN has to write every row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// Each row gets a number of its own.
    Numbering,
    StoredExpression,
    CheckedDomain,
    /// A default that differs from row to row.
    Default,
}

/// The columns whose addition rewrites their table, with the step that does it. A domain's check rewrites by
/// itself, whatever else is known of the column.
pub(super) fn rewriting<'a>(survey: &Survey<'a>, cause: Cause) -> Vec<(Seen<'a, Column>, usize)> {
    survey
        .added_columns()
        .filter(|column| why(survey.desired, column.id, column.body) == cause)
        .filter_map(|column| {
            let (at, step) = survey.step_that(column.id, Verb::Create)?;
            let rewrites = blocks_long(step) && step.effects.work == Work::Rewrite;
            (rewrites || cause == Cause::CheckedDomain).then_some((column, at))
        })
        .collect()
}

fn why(schema: &Schema, id: &ObjectId, column: &Column) -> Cause {
    match &column.value {
        Value::Identity(_) => Cause::Numbering,
        Value::Plain if column.options.contains("auto_increment") => Cause::Numbering,
        Value::Generated { stored: Stored::Stored | Stored::Virtual, .. } => Cause::StoredExpression,
        Value::Default(_) if takes_from_sequence(column) => Cause::Numbering,
        Value::Plain | Value::Default(_) if checked_domain(schema, id).is_some() => Cause::CheckedDomain,
        Value::Plain | Value::Default(_) => Cause::Default,
    }
}

/// `DEFAULT nextval(…)`: a serial column.
pub(super) fn takes_from_sequence(column: &Column) -> bool {
    matches!(&column.value, Value::Default(expression) if expression.as_str().starts_with("nextval("))
}

/// Columns that are added to tables which stay, must have a value, and give themselves none.
pub(super) fn required<'a>(survey: &Survey<'a>) -> impl Iterator<Item = Seen<'a, Column>> {
    survey.added_columns().filter(|column| {
        column.body.nullability.is_not_null()
            && !fills_itself(column.body)
            && !domain_default(survey.desired, column.id)
    })
}

/// Rows get a value without the writer's help.
pub(super) fn fills_itself(column: &Column) -> bool {
    !matches!(column.value, Value::Plain) || column.options.contains("auto_increment")
}

/// Every row holds NULL when the column is new.
pub(super) fn starts_empty(survey: &Survey<'_>, id: &ObjectId) -> bool {
    match survey.desired.objects.get(id).map(|object| &object.body) {
        Some(Body::Column(column)) => {
            survey.is_created(id) && !column.nullability.is_not_null() && !fills_itself(column)
        }
        _ => false,
    }
}

/// The column's domain, where that refuses some values.
pub(super) fn checked_domain<'s>(schema: &'s Schema, column: &'s ObjectId) -> Option<&'s Object> {
    let domain = schema
        .needs(column)
        .filter(|needed| needed.kind == ObjectKind::Domain)
        .find_map(|needed| schema.objects.get(needed))?;
    let has_check = schema
        .objects
        .range(ObjectId::member(ObjectKind::DomainConstraint, domain.id.name.clone(), "")..)
        .next()
        .is_some_and(|(id, _)| id.kind == ObjectKind::DomainConstraint && id.name == domain.id.name);
    let not_null = matches!(&domain.body, Body::Domain(body) if body.not_null.is_some());
    (has_check || not_null).then(|| domain.as_ref())
}

/// The domain gives a value where the column has no default of its own.
pub(super) fn domain_default(schema: &Schema, column: &ObjectId) -> bool {
    schema
        .needs(column)
        .filter_map(|needed| schema.objects.get(needed))
        .any(|object| matches!(&object.body, Body::Domain(body) if body.default.is_some()))
}
