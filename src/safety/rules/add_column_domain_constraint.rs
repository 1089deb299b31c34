//! `add-column-domain-constraint`: a new column of a domain that has a check.

use crate::model::Severity;
use crate::safety::columns::{Cause, rewriting};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-column-domain-constraint",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "PostgreSQL writes every row anew to check the domain, even where all are NULL.",
    solution: "Add the column with the base type, and add the check NOT VALID, then validate it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (column, at) in rewriting(survey, Cause::CheckedDomain) {
        report.at(
            at,
            column.id,
            Words::new(
                format!(
                    "column {}.{} is added with the domain {}, which has a constraint.",
                    column.id.name,
                    column.id.leaf(),
                    column.body.data_type
                ),
                format!(
                    "Reads and writes on {} wait until every row and every index is written anew.",
                    survey.sized(&column.id.name)
                ),
                "Add it with the base type, ADD CONSTRAINT … CHECK … NOT VALID, then VALIDATE CONSTRAINT.",
            ),
        );
    }
}
