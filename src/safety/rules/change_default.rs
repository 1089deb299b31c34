//! `change-default`: a column is filled in another way.

use crate::model::{IdentityMode, Origin, Severity, Value};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "change-default",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Rows written before and after differ. Programs that know the old default, or that write \
              the column themselves, go on as before or fail.",
    solution: "Let programs write the value themselves first, then change the default.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.altered_columns() {
        if column.before.value == column.after.value || column.after.origin == Origin::Inherited {
            continue;
        }
        let name = format!("column {}.{}", column.id.name, column.id.leaf());
        let always = |value: &Value| matches!(value, Value::Identity(identity) if identity.mode == IdentityMode::Always);
        let (what, effect) = match (&column.before.value, &column.after.value) {
            (Value::Default(before), Value::Default(after)) => (
                format!("{name} changes its default from {before} to {after}."),
                "Old rows keep what they have. Programs that know the old default write another value than the \
                 server does.",
            ),
            (before, after) if always(after) && !always(before) => (
                format!("{name} becomes an identity that is always generated."),
                "INSERTs and UPDATEs that give a value of their own fail.",
            ),
            (Value::Generated { .. }, Value::Generated { .. }) => {
                (format!("{name} is computed in another way."), "Programs read other values from then on.")
            }
            (Value::Plain | Value::Default(_) | Value::Identity(_), Value::Generated { .. }) => {
                (format!("{name} is computed from now on."), "INSERTs and UPDATEs that give a value fail.")
            }
            (Value::Generated { .. }, _) => (
                format!("{name} is no longer computed."),
                "It keeps its values, but nothing computes them for new rows.",
            ),
            (Value::Plain | Value::Default(_) | Value::Identity(_), _) => continue,
        };
        report.on(
            column.id,
            Words::new(what, effect, "Deploy programs that hold with both ways first, then change it."),
        );
    }
}
