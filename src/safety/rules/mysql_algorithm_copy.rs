//! `mysql-algorithm-copy`: a step that copies a table and that no other rule has told of.

use crate::model::{ObjectId, ObjectKind, Severity, Work};
use crate::safety::copies::{BESIDE_AS_SCRIPTED, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::rules::RULES;
use crate::safety::steps::blocks_long;
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "mysql-algorithm-copy",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The server can do no better than copy the table row by row while nobody can write.",
    solution: "Build the new table beside the old one with pt-online-schema-change or gh-ost.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_mysql() {
        return;
    }
    for (at, step) in survey.steps() {
        let table = survey.relation_of(step.effects.on.first().unwrap_or(&step.subject));
        let copies = blocks_long(step) && step.effects.work == Work::Rewrite;
        let is_lock = |rule: &str| RULES.iter().any(|known| known.id == rule && known.family == Family::Lock);
        let is_told = report.found().iter().any(|finding| finding.step == Some(at) && is_lock(finding.rule));
        if !copies || is_told || survey.is_new(&table) {
            continue;
        }
        report.at(
            at,
            &ObjectId::new(ObjectKind::Table, table.clone()),
            Words::new(format!("table {table} is copied."), waits(survey, &table), BESIDE_AS_SCRIPTED),
        );
    }
}
