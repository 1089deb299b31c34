//! `fk-type-mismatch`: a foreign key between columns of different types.

use crate::model::{Origin, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, column_of};

pub(super) static RULE: Rule = Rule {
    id: "fk-type-mismatch",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "Every lookup casts one side, which may keep the index from being used; values that fit one \
              side may not fit the other.",
    solution: "Give both columns the same type.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.created_constraints() {
        let Some((parent, theirs)) = &key.body.references else { continue };
        if key.body.origin == Origin::Inherited {
            continue;
        }
        for (own, other) in key.body.columns.iter().zip(theirs) {
            let child_column = column_of(survey.desired, &key.id.name, own);
            let parent_column = column_of(survey.desired, parent, other);
            let (Some(a), Some(b)) = (child_column, parent_column) else { continue };
            if a.data_type.as_str().eq_ignore_ascii_case(b.data_type.as_str()) {
                continue;
            }
            report.on(
                key.id,
                Words::new(
                    format!(
                        "{} binds {}.{own} ({}) to {parent}.{other} ({}).",
                        key.id, key.id.name, a.data_type, b.data_type
                    ),
                    "Every lookup casts one side. A value that fits one may not fit the other.",
                    "Give both columns the same type.",
                ),
            );
        }
    }
}
