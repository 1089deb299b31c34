//! `drop-schema`: a schema goes away.

use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-schema",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Everything that is still in the schema is lost, and programs that have it in their search \
              path change what they find.",
    solution: "Empty the schema first, or rename it to an archive name and drop it later.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.dropped(ObjectKind::Schema) {
        let schema = &object.id.name.name;
        let held = survey.base.objects.keys().filter(|id| {
            id.name.schema.as_ref() == Some(schema) && id.member.is_none() && id.kind != ObjectKind::Partition
        });
        let held = held.count();
        report.on(
            &object.id,
            Words::new(
                format!("schema {schema} is dropped, with {held} objects in it."),
                "What is in it is lost. A search path that names it finds other objects, or none.",
                "Rename it to an archive name first, and drop it when nothing has missed it.",
            ),
        );
    }
}
