//! `add-column-identity`: a new serial or identity column.

use crate::model::Severity;
use crate::safety::columns::{Cause, rewriting};
use crate::safety::copies::BESIDE_AS_SCRIPTED;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-column-identity",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Each row needs a number, so the whole table is written anew while nobody can read or write \
              it.",
    solution: "Add a nullable bigint, make a sequence for it, set the default, number old rows in \
               batches, then set NOT NULL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (column, at) in rewriting(survey, Cause::Numbering) {
        report.at(
            at,
            column.id,
            Words::new(
                format!("column {}.{} numbers every row as it is added.", column.id.name, column.id.leaf()),
                format!("{} until every row and every index is written anew.", survey.waiting(&column.id.name)),
                match survey.is_mysql() {
                    true => BESIDE_AS_SCRIPTED,
                    false => "Add a nullable bigint, CREATE SEQUENCE, SET DEFAULT nextval(…), OWNED BY; number old \
                              rows in batches; then set NOT NULL.",
                },
            ),
        );
    }
}
