//! `implicit-zero-fill`: MySQL fills a new column that must have a value with a zero of its type.

use crate::model::Severity;
use crate::safety::columns::required;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "implicit-zero-fill",
    severity: Severity::Error,
    family: Family::Data,
    problem: "The rows that are there get 0, an empty text or a zero date, and nothing says so: nobody can tell \
              them from real values later.",
    solution: "Give it a default that means something, or add it nullable, fill it in batches, and set NOT NULL \
               afterwards.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_mysql() {
        return;
    }
    for column in required(survey) {
        let table = &column.id.name;
        let data_type = column.body.data_type.as_str();
        let zero = match data_type.split(['(', ' ']).next().unwrap_or("") {
            "date" | "datetime" | "timestamp" => {
                "a zero date, or make the step fail where the server takes none"
            }
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => "an empty text",
            "enum" => "the first member",
            "set" => "no member",
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => "empty bytes",
            _ => "0",
        };
        report
            .on(
                column.id,
                Words::new(
                    format!("column {table}.{} is added NOT NULL without a default.", column.id.leaf()),
                    format!("The rows of {} get {zero}, and nothing says so.", survey.sized(table)),
                    "Give it a default that means something, or add it nullable, fill it in batches, and set NOT \
                     NULL afterwards.",
                ),
            )
            .probe = Some(probes::any_row(survey.engine(), &survey.former(table)));
    }
}
