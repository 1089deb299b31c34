//! `rename-enum-value`: a label of an enum gets another name.

use crate::model::{Body, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rename-enum-value",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Programs that write or compare the old label fail, and those that read meet one they do \
              not know.",
    solution: "Add the new label, move rows in batches and programs to it, and leave the old one unused.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (before, after) in survey.renamed() {
        let (Body::Enum(old), Body::Enum(new)) = (&before.body, &after.body) else { continue };
        for (was, is) in old.labels.iter().zip(&new.labels).filter(|(was, is)| was != is) {
            report.on(
                &after.id,
                Words::new(
                    format!("In {} the label '{was}' becomes '{is}'.", after.id),
                    format!(
                        "Programs of before the migration that write or compare '{was}' fail, and they read \
                         '{is}', which they do not know."
                    ),
                    "Add the new label, move rows in batches and programs to it, and leave the old label unused.",
                ),
            );
        }
    }
}
