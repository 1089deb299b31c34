//! `rename-schema`: a schema gets another name.

use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rename-schema",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Every program that names the schema, or has it in its search path, stops finding \
              everything in it.",
    solution: "Create the new schema beside the old one, with views under the old names, and move \
               programs over.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (before, after) in survey.renamed() {
        if after.id.kind != ObjectKind::Schema {
            continue;
        }
        report.on(
            &after.id,
            Words::new(
                format!("{} becomes {}.", before.id, after.id.name),
                "Programs that name it, or have it in their search path, no longer find anything in it.",
                "Keep a schema of the old name with views over the new one until programs have moved.",
            ),
        );
    }
}
