//! `identifier-too-long`: a name longer than the server keeps.

use crate::model::{Change, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "identifier-too-long",
    severity: Severity::Error,
    family: Family::Shape,
    problem: "PostgreSQL cuts names at 63 bytes without an error: two names may become one, and programs \
              that use the long one find the short one.",
    solution: "Choose a shorter name.",
    judge,
};

const LONGEST: usize = 63;

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for change in survey.changes() {
        let id = match change {
            Change::Create(object) | Change::Rename { after: object, .. } => &object.id,
            Change::Drop(_) | Change::Alter { .. } => continue,
        };
        let bytes = id.leaf().as_str().len();
        if bytes < LONGEST || id.kind == ObjectKind::SequenceOwner || id.kind == ObjectKind::Partition {
            continue;
        }
        let finding = report.on(
            id,
            Words::new(
                format!("The name of {id} has {bytes} bytes."),
                if bytes > LONGEST {
                    "PostgreSQL keeps 63 and cuts the rest: the name is not the one that was asked for."
                } else {
                    "PostgreSQL keeps no more than 63: it may have been cut from a longer name already."
                },
                "Choose a shorter name.",
            ),
        );
        if bytes == LONGEST {
            finding.severity = Severity::Warn;
        }
    }
}
