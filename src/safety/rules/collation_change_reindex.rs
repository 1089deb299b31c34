//! `collation-change-reindex`: another collation on a column.

use crate::model::{Column, Origin, Severity};
use crate::safety::copies::BESIDE_AS_SCRIPTED;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::rules::convert_charset::charset;
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "collation-change-reindex",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Every index on the column is built anew and every check tried again while nobody can read \
              or write the table. Order and equality of texts change, so a unique index may fail.",
    solution: "Build a new index with the collation named in it, concurrently, and change the column \
               last.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.altered_columns() {
        if column.before.collation == column.after.collation || column.after.origin == Origin::Inherited {
            continue;
        }
        // Another character set is a rule of its own.
        if survey.is_mysql() && charset(column.before) != charset(column.after) {
            continue;
        }
        let name = |column: &Column| match &column.collation {
            Some(collation) => collation.to_string(),
            None => "the default".to_owned(),
        };
        report.on(
            column.id,
            Words::new(
                format!(
                    "column {}.{} changes its collation from {} to {}.",
                    column.id.name,
                    column.id.leaf(),
                    name(column.before),
                    name(column.after)
                ),
                format!(
                    "{} while the {} built anew. Sorting and comparison change, and what was unique may not be any \
                     more.",
                    survey.waiting(&column.id.name),
                    if survey.is_mysql() { "table is" } else { "indexes on it are" }
                ),
                match survey.is_mysql() {
                    true => format!("Look for duplicates under the new collation. {BESIDE_AS_SCRIPTED}"),
                    false => "Look for duplicates under the new collation. Build an index with the collation named in \
                              it, concurrently, then change the column."
                        .to_owned(),
                },
            ),
        );
    }
}
