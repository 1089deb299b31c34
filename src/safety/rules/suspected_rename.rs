//! `suspected-rename`: a drop and a create that look like one rename.

use crate::model::{ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "suspected-rename",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "If it is a rename, the plan loses the data that the rename would have kept.",
    solution: "Say which it is: plan again with --rename OLD=NEW, or acknowledge the loss.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for pair in &survey.subject.changeset.suspected {
        let bare = |id: &ObjectId| match &id.member {
            Some(member) => format!("{}.{member}", id.name),
            None => id.name.to_string(),
        };
        // What holds no data of its own can be made again.
        let keeps_data =
            matches!(pair.before.kind, ObjectKind::Table | ObjectKind::Column | ObjectKind::Enum);
        let effect = if keeps_data {
            format!("As it stands, the data of {} are lost.", bare(&pair.before))
        } else {
            "As it stands, it is dropped and built again, which takes time and locks.".to_owned()
        };
        let finding = report.on(
            &pair.before,
            Words::new(
                format!("{} may be a rename to {}: {}.", pair.before, bare(&pair.after), pair.evidence),
                effect,
                format!(
                    "If it is a rename, plan again with --rename {}={}. If it is not, acknowledge the loss.",
                    bare(&pair.before),
                    bare(&pair.after)
                ),
            ),
        );
        if !keeps_data {
            finding.severity = Severity::Info;
        }
    }
}
