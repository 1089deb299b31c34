//! `drop-not-null`: a column may hold NULL from now on.

use crate::model::{Origin, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-not-null",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Readers that run already may not expect NULL. Once there is one, the change cannot be \
              taken back.",
    solution: "Deploy readers that tolerate NULL first, then drop NOT NULL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.altered_columns() {
        let loosened = column.before.nullability.is_not_null() && !column.after.nullability.is_not_null();
        if !loosened || column.after.origin == Origin::Inherited {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} may hold NULL from now on.", column.id.name, column.id.leaf()),
                "Programs that read it may not expect NULL. Once a NULL is there, a rollback fails.",
                "Deploy readers that tolerate NULL first.",
            ),
        );
    }
}
