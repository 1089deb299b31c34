//! `use-of-cascade`: DROP … CASCADE.

use crate::engines::Act;
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::survey::dependents;

pub(super) static RULE: Rule = Rule {
    id: "use-of-cascade",
    severity: Severity::Error,
    family: Family::Shape,
    problem: "Whatever depends on the object goes with it, also what nobody thought of, and no way back knows of it.",
    solution: "Drop the dependent objects by name before it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Cascades(id) = act else { continue };
        let known: Vec<String> = dependents(survey.base, id).take(3).map(ToString::to_string).collect();
        let effect = match known.as_slice() {
            [] => "Nothing is known to depend on it now; whatever does by then goes with it.".to_owned(),
            some => format!("It takes along whatever depends on it, such as {}.", some.join(", ")),
        };
        report.by_hand(
            at,
            id,
            Words::new(
                format!("{id} is dropped with CASCADE."),
                effect,
                "Drop what depends on it by name, each with its own way back, and leave out CASCADE.",
            ),
        );
    }
}
