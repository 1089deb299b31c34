//! `fk-orphans`: a foreign key over rows that may have no parent.

use crate::model::{
    ConstraintKind, Enforcement, Ident, ObjectId, ObjectKind, QualifiedName, Severity, Validity,
};
use crate::safety::columns::starts_empty;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "fk-orphans",
    severity: Severity::Warn,
    family: Family::Data,
    problem: "One child without its parent makes the step fail.",
    solution: "Ask for orphans first, and decide whether they go or get a parent.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.added_constraints() {
        let Some((parent, theirs)) = &key.body.references else { continue };
        let column_id =
            |column: &Ident| ObjectId::member(ObjectKind::Column, key.id.name.clone(), column.clone());
        let unchecked = key.body.kind != ConstraintKind::ForeignKey
            || key.body.validity == Validity::NotValid
            || key.body.enforcement == Enforcement::NotEnforced
            || key.body.columns.iter().any(|column| starts_empty(survey, &column_id(column)));
        if unchecked {
            continue;
        }
        let child = &key.id.name;
        let finding = report.on(
            key.id,
            Words::new(
                format!("{} binds {child} to {parent}.", key.id),
                format!("The step fails if {} holds a row without its row in {parent}.", survey.sized(child)),
                "Ask for orphans first. Delete them, or give them a parent, and keep new ones out.",
            ),
        );
        let there = key.body.columns.iter().all(|column| survey.column(child, column).is_some())
            && theirs.iter().all(|column| survey.column(parent, column).is_some());
        if there && key.body.columns.len() == theirs.len() {
            let former = |table: &QualifiedName, columns: &[Ident]| -> Vec<Ident> {
                columns.iter().map(|column| survey.former_column(table, column).1).collect()
            };
            finding.probe = Some(probes::orphans(
                survey.engine(),
                (&survey.former(child), &former(child, &key.body.columns)),
                (&survey.former(parent), &former(parent, theirs)),
            ));
        }
    }
}
