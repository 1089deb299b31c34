//! `untrackable-dependencies`: a function body names what goes away or changes.

use std::collections::BTreeSet;

use crate::model::{Body, Change, ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "untrackable-dependencies",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "The server does not look into function bodies: the function stays, and fails when it is \
              called.",
    solution: "Change the function in the same migration, and call it once in the rehearsal.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let touched = touched(survey);
    if touched.is_empty() {
        return;
    }
    for object in survey.desired.objects.values() {
        let Body::Routine(routine) = &object.body else { continue };
        if matches!(routine.language.as_str(), "c" | "internal") {
            continue;
        }
        let words = words(&routine.body);
        for (id, how) in &touched {
            let named = words.contains(&id.leaf().as_str().to_lowercase());
            let in_context = id.member.is_none() || words.contains(&id.name.name.as_str().to_lowercase());
            if !named || !in_context {
                continue;
            }
            let finding = report.on(
                &object.id,
                Words::new(
                    format!("The body of {} names {id}, which {how}.", object.id),
                    "The server does not look into bodies. The function stays, and may fail when it is called.",
                    "Change the function in the same migration, and call it once in the rehearsal.",
                ),
            );
            finding.step = survey.step_of(id);
        }
    }
}

/// What bodies may name that they no longer find as it was.
fn touched<'a>(survey: &Survey<'a>) -> Vec<(&'a ObjectId, &'static str)> {
    let mut found = Vec::new();
    for change in survey.changes() {
        match change {
            Change::Drop(object) if matters(object.id.kind) && !part_of_dropped(survey, &object.id) => {
                found.push((&object.id, "is dropped"));
            }
            Change::Rename { before, after } if matters(after.id.kind) && before.id != after.id => {
                found.push((&before.id, "is renamed"));
            }
            Change::Drop(_) | Change::Rename { .. } | Change::Create(_) | Change::Alter { .. } => {}
        }
    }
    found.extend(survey.retyped_columns().map(|column| (column.id, "changes its type")));
    found
}

fn matters(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::Column
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Function
            | ObjectKind::Procedure
            | ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Composite
    )
}

/// The finding on the table says it all.
fn part_of_dropped(survey: &Survey<'_>, id: &ObjectId) -> bool {
    id.member.is_some() && survey.leaves(&id.name)
}

fn words(body: &str) -> BTreeSet<String> {
    body.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
