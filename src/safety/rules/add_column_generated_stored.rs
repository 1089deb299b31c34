//! `add-column-generated-stored`: a new column that is computed and stored.

use crate::model::Severity;
use crate::safety::columns::{Cause, rewriting};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-column-generated-stored",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The server computes and writes every row of the table while nobody can read or write it.",
    solution: "Add a plain column, fill it by a trigger and in batches. From PostgreSQL 18 on consider \
               VIRTUAL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (column, at) in rewriting(survey, Cause::StoredExpression) {
        report.at(
            at,
            column.id,
            Words::new(
                format!("column {}.{} is computed and stored.", column.id.name, column.id.leaf()),
                format!("{} until every row and every index is written anew.", survey.waiting(&column.id.name)),
                match survey.is_mysql() {
                    true => "Make it VIRTUAL, which is computed when read, or add a plain column, keep it by \
                             triggers, and fill old rows in batches.",
                    false => "Add a plain column, keep it by a trigger BEFORE INSERT OR UPDATE, and fill old rows in \
                              batches. From PostgreSQL 18 on consider VIRTUAL, which is computed when read.",
                },
            ),
        );
    }
}
