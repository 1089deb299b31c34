//! `add-foreign-key-blocking`: a foreign key that is checked as it is added.

use crate::engines::{Act, Prebuilt};
use crate::model::{ConstraintKind, Severity, TableShape, Validity};
use crate::safety::copies::{BESIDE, BESIDE_AS_SCRIPTED};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-foreign-key-blocking",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Writes on both tables wait until every row of the child has been looked up.",
    solution: "Add it NOT VALID, commit, then VALIDATE CONSTRAINT. Index the child's columns first.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.added_constraints() {
        let (Some((parent, _)), Some((at, _))) = (&key.body.references, survey.long_block(key.id)) else {
            continue;
        };
        let why = match key.body.on {
            _ if survey.is_mysql() => " The table is copied for it.",
            TableShape::Partitioned if !survey.version().at_least(18, 0) => {
                " A partitioned table cannot take it NOT VALID before PostgreSQL 18."
            }
            TableShape::Plain | TableShape::Partitioned | TableShape::Foreign => "",
        };
        report.at(
            at,
            key.id,
            Words::new(
                format!("{} is checked as it is added.{why}", key.id),
                format!(
                    "Writes on {} and on {parent} wait until every row of the first has been looked up.",
                    survey.sized(&key.id.name)
                ),
                if survey.is_mysql() {
                    BESIDE_AS_SCRIPTED
                } else if why.is_empty() {
                    "ADD CONSTRAINT … NOT VALID, commit, then VALIDATE CONSTRAINT in its own transaction."
                } else {
                    "Add the key to each partition NOT VALID and validate it there, then add it to the parent; or \
                     do it in a quiet hour."
                },
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::AddsConstraint {
            on,
            kind: ConstraintKind::ForeignKey,
            validity: Validity::Valid,
            index: Prebuilt::Builds,
        } = act
        else {
            continue;
        };
        if survey.is_new(&on.name) {
            continue;
        }
        report.by_hand(
            at,
            on,
            Words::new(
                format!("A foreign key of {} is checked as it is added.", on.name),
                format!(
                    "Writes on {} and on the table that it refers to wait meanwhile.",
                    survey.sized(&on.name)
                ),
                match survey.is_mysql() {
                    true => BESIDE,
                    false => "ADD CONSTRAINT … NOT VALID, commit, then VALIDATE CONSTRAINT.",
                },
            ),
        );
    }
}
