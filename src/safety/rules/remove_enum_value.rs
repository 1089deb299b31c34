//! `remove-enum-value`: a label of an enum goes away.

use crate::model::{Body, Definition, Ident, ObjectId, ObjectKind, QualifiedName, Severity};
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::rules::enum_set_copy::has_members;
use crate::safety::survey::{Survey, dependents};
use crate::safety::types::listed;

pub(super) static RULE: Rule = Rule {
    id: "remove-enum-value",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Rows that hold it make the step fail, and programs that write it fail afterwards. The type \
              is made anew and every column of it written again.",
    solution: "Leave the label in the type, and forbid it with a check. Move the rows that hold it \
               first.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    columns(survey, report);
    for altered in survey.altered(ObjectKind::Enum) {
        let (Body::Enum(before), Body::Enum(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        let removed: Vec<&str> =
            before.labels.iter().filter(|label| !after.labels.contains(label)).map(AsRef::as_ref).collect();
        if removed.is_empty() {
            continue;
        }
        let columns = users(survey, altered.id);
        let names: Vec<String> = columns.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let used = if names.is_empty() { "no column".to_owned() } else { names.join(", ") };
        let finding = report.on(
            altered.id,
            Words::new(
                format!("{} loses {}.", altered.id, quoted(&removed)),
                format!(
                    "The step fails if a row holds it (used by {used}). Programs that write or compare it fail \
                     afterwards."
                ),
                "Leave the label in the type and forbid it with a check. Move the rows that hold it first.",
            ),
        );
        let pairs: Vec<(&QualifiedName, &Ident)> =
            columns.iter().map(|(table, column)| (table, column)).collect();
        finding.probe = probes::label_in_use(survey.engine(), &pairs, &removed);
    }
}

/// MySQL keeps the members with the column.
fn columns(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.retyped_columns() {
        let (before, after) = (column.before.data_type.as_str(), column.after.data_type.as_str());
        if !survey.is_mysql() || !has_members(before) || !has_members(after) {
            continue;
        }
        let (members, stay) = (listed(before), listed(after));
        let removed: Vec<&str> =
            members.iter().filter(|member| !stay.contains(member)).map(String::as_str).collect();
        if removed.is_empty() {
            continue;
        }
        let (table, name) = survey.former_column(&column.id.name, column.id.leaf());
        let finding = report.on(
            column.id,
            Words::new(
                format!("{} loses {}.", column.id, removed.join(", ")),
                format!(
                    "The step fails if a row of {} holds it. Programs that write or compare it fail afterwards.",
                    survey.sized(&column.id.name)
                ),
                "Leave the member in the list and forbid it with a check. Move the rows that hold it first.",
            ),
        );
        let removed: Vec<Definition> = removed.into_iter().map(Definition::from_catalog).collect();
        finding.probe = Some(probes::member_in_use(survey.engine(), &table, &name, &removed));
    }
}

/// The columns of the type, under the names they have before the plan.
fn users(survey: &Survey<'_>, id: &ObjectId) -> Vec<(QualifiedName, Ident)> {
    dependents(survey.base, id)
        .filter(|dependent| dependent.kind == ObjectKind::Column)
        .map(|column| survey.former_column(&column.name, column.leaf()))
        .collect()
}

fn quoted(labels: &[&str]) -> String {
    let each: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
    each.join(", ")
}
