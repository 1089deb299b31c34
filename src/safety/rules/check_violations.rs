//! `check-violations`: a check over rows that may break it.

use crate::model::{ConstraintKind, Definition, Enforcement, Severity, Validity};
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "check-violations",
    severity: Severity::Warn,
    family: Family::Data,
    problem: "One row that breaks the check makes the step fail.",
    solution: "Ask the data first, and mend the rows in batches.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for check in survey.added_constraints() {
        if check.body.kind != ConstraintKind::Check
            || check.body.validity == Validity::NotValid
            || check.body.enforcement == Enforcement::NotEnforced
        {
            continue;
        }
        let table = &check.id.name;
        let finding = report.on(
            check.id,
            Words::new(
                format!("{} demands {} of every row.", check.id, check.body.definition),
                format!("The step fails if a row of {} breaks it. NULL passes.", survey.sized(table)),
                "Ask the data first, mend the rows in batches, and keep new ones out.",
            ),
        );
        // The check is written in names that hold after renames.
        let as_is = check.body.columns.iter().all(|column| {
            survey.column(table, column).is_some()
                && survey.former_column(table, column) == (table.clone(), column.clone())
        });
        if let (Some(condition), true) = (condition(check.body.definition.as_str()), as_is) {
            finding.probe = Some(probes::violations(survey.engine(), table, &condition));
        }
    }
}

/// `CHECK ((a > 0)) NO INHERIT` → `((a > 0))`.
fn condition(definition: &str) -> Option<Definition> {
    let rest = definition.strip_prefix("CHECK")?.trim_start();
    let end = rest.rfind(')')?;
    rest.starts_with('(').then(|| Definition::from_catalog(&rest[..=end]))
}
