//! `drop-table`: a table goes away with its rows.

use crate::engines::Act;
use crate::model::{ObjectId, ObjectKind, QualifiedName, Severity};
use crate::safety::losses::{Then, gone};
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-table",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Every row of the table is lost, and programs that still use it fail.",
    solution: "Move the table to an archive schema, wait until nothing asks for it, then drop it. Keep a \
               dump.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for gone in gone(survey, ObjectKind::Table) {
        let name = &gone.id.name;
        if is_partition(survey, name) {
            continue;
        }
        let foreign = survey.table(name).is_some_and(|table| table.foreign.is_some());
        let parts = match survey.partitions(name).len() {
            0 => String::new(),
            count => format!(" and its {count} partitions"),
        };
        let effect = if foreign {
            "Queries on it fail. The rows themselves stay on the foreign server.".to_owned()
        } else if survey.keeps(gone.id) {
            format!(
                "Its rows{parts} are kept until a contract removes them: {}. Programs that still use it fail.",
                survey.size(name)
            )
        } else {
            let unkept = survey.unkept(gone.id);
            format!(
                "All rows in it{parts} are lost: {}. Programs that still use it fail.{unkept}",
                survey.size(name)
            )
        };
        let instead = if survey.keeps(gone.id) {
            "Make sure that nothing asks for it any more. Contract the run when nobody has missed it."
                .to_owned()
        } else if gone.then == Then::MadeAgain {
            "Make a second table beside it, copy the rows in batches, keep both equal by triggers, and swap the names."
                .to_owned()
        } else if !foreign && survey.could_keep(gone.id) {
            "Plan with `keep_dropped = true` (or `--keep-dropped`): a rollback brings its rows back until a contract removes them."
                .to_owned()
        } else if survey.is_sqlite() {
            "Rename it first, and drop it when nothing has missed it. Keep a copy of the file.".to_owned()
        } else {
            "Move it to an archive schema first (ALTER TABLE … SET SCHEMA), and drop it when nothing has missed \
             it. Keep a dump of it."
                .to_owned()
        };
        let what = format!("table {name} {}.", gone.then.words());
        let finding = report.on(gone.id, Words::new(what, effect, instead));
        finding.step = gone.step;
        if foreign || survey.keeps(gone.id) {
            finding.severity = Severity::Warn;
        } else {
            finding.probe = Some(probes::any_row(survey.engine(), &survey.former(name)));
        }
    }
    for (at, act) in survey.acts() {
        let Act::Drops(table) = act else { continue };
        if table.kind != ObjectKind::Table || survey.is_new(&table.name) {
            continue;
        }
        report.by_hand(
            at,
            table,
            Words::new(
                format!("{table} is dropped."),
                format!(
                    "All rows in it are lost: {}. Programs that still use it fail.",
                    survey.size(&table.name)
                ),
                "Rename it first, and drop it when nothing has missed it. Keep a copy of the rows.",
            ),
        );
    }
}

/// Partitions have a rule of their own.
fn is_partition(survey: &Survey<'_>, table: &QualifiedName) -> bool {
    survey.base.objects.contains_key(&ObjectId::new(ObjectKind::Partition, table.clone()))
}
