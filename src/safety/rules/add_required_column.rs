//! `add-required-column`: a column that must have a value and has no default.

use crate::model::Severity;
use crate::safety::columns::required;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-required-column",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "On a table with rows the step fails. Where it does not, every INSERT of the running \
              application fails, as it does not know the column.",
    solution: "Add the column with a default, or nullable: fill it in batches, then set NOT NULL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in required(survey) {
        let table = &column.id.name;
        report
            .on(
                column.id,
                Words::new(
                    format!("column {table}.{} is added NOT NULL without a default.", column.id.leaf()),
                    // MySQL fills the rows by itself: a rule of its own tells that.
                    match survey.is_mysql() {
                        true => "Programs that do not know the column cannot insert any more: strict mode refuses a \
                                 row without it."
                            .to_owned(),
                        false => format!(
                            "The step fails if {table} holds a row ({}). On an empty table, programs that do not know \
                             the column cannot insert any more.",
                            survey.size(table)
                        ),
                    },
                    "Give it a default, or add it nullable, fill it in batches, and set NOT NULL afterwards.",
                ),
            )
            .probe = Some(probes::any_row(survey.engine(), &survey.former(table)));
    }
}
