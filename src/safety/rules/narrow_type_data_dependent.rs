//! `narrow-type-data-dependent`: a type that may not hold what is there.

use crate::model::Severity;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types;
use crate::safety::types::{Limit, TypeChange};

pub(super) static RULE: Rule = Rule {
    id: "narrow-type-data-dependent",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Values that do not fit make the step fail, or are cut or rounded where the cast allows it.",
    solution: "Ask the data first. Keep the old column until the new one has been proven.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    // SQLite keeps values as they are, whatever the declared type.
    if survey.is_sqlite() {
        return;
    }
    for column in survey.retyped_columns() {
        let (table, leaf) = (&column.id.name, column.id.leaf());
        let (before, after) = (column.before.data_type.as_str(), column.after.data_type.as_str());
        let (now, now_column) = survey.former_column(table, leaf);
        let change = types::change(survey.engine(), before, after);
        let (effect, probe) = match change {
            TypeChange::Same | TypeChange::Widens | TypeChange::Converts => continue,
            TypeChange::Narrows(Limit::Fineness) => (
                format!("Finer values in {} are rounded or cut, and nothing says so.", survey.sized(table)),
                None,
            ),
            TypeChange::Narrows(limit) => (
                format!(
                    "Values in {} that do not fit make the step fail; a cast written into the step cuts or rounds \
                     them. Programs that write such values fail afterwards.",
                    survey.sized(table)
                ),
                probes::misfit(survey.engine(), &now, &now_column, limit),
            ),
            TypeChange::MayFail => (
                format!(
                    "A value in {} that cannot be read as {after} makes the step fail. Programs that write the \
                     old form fail afterwards.",
                    survey.sized(table)
                ),
                probes::uncastable(survey.version(), &now, &now_column, after),
            ),
            TypeChange::Unknown => (
                format!(
                    "Whether each value in {} can be turned into {after} is not known. If one cannot, the step \
                     fails.",
                    survey.sized(table)
                ),
                None,
            ),
        };
        let finding = report.on(
            column.id,
            Words::new(
                format!("column {table}.{leaf} changes from {before} to {after}, which may not hold all values."),
                effect,
                "Ask the data first. Where values do not fit, add a second column, convert with a rule of your own, \
                 and keep the old column until the new one is proven.",
            ),
        );
        finding.probe = probe;
        if change == TypeChange::Unknown {
            finding.severity = Severity::Warn;
        }
    }
}
