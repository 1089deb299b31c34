//! `require-concurrent-partition-detach`: a partition that is detached under the strongest lock.

use crate::engines::{Act, Manner};
use crate::model::{Body, Lock, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "require-concurrent-partition-detach",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Nobody can read or write the parent table while the detach waits for its lock and runs.",
    solution: "Use DETACH PARTITION … CONCURRENTLY (PostgreSQL 14 or later, and no default partition).",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step) in survey.steps() {
        let detach = step.subject.kind == ObjectKind::Partition
            && survey.is_dropped(&step.subject)
            && step.effects.lock == Lock::AccessExclusive;
        let Some(Body::Partition(place)) = survey.base.objects.get(&step.subject).map(|object| &object.body)
        else {
            continue;
        };
        if !detach || survey.leaves(&place.parent) || survey.leaves(&step.subject.name) {
            continue;
        }
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("{} is detached from {} in one go.", step.subject.name, place.parent),
                format!(
                    "Reads and writes on {} wait behind it, for as long as it waits for its lock.",
                    survey.sized(&place.parent)
                ),
                "Use a short lock timeout and try again, at a quiet hour. By hand, DETACH PARTITION … CONCURRENTLY lets \
                 queries go on (PostgreSQL 14 or later, no default partition); it leaves a CHECK on the table.",
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::Detaches { parent, manner: Manner::Blocking } = act else { continue };
        if survey.is_new(&parent.name) {
            continue;
        }
        report.by_hand(
            at,
            parent,
            Words::new(
                format!("A partition of {} is detached in one go.", parent.name),
                format!("Reads and writes on {} wait meanwhile.", survey.sized(&parent.name)),
                "DETACH PARTITION … CONCURRENTLY, outside a transaction (PostgreSQL 14 or later).",
            ),
        );
    }
}
