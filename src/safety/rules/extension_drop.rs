//! `extension-drop`: an extension goes away with all it brought.

use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "extension-drop",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Types, functions and operators of the extension go, and columns of its types with them. \
              What uses them inside function bodies is not tracked.",
    solution: "Search code and function bodies for what the extension brings, and drop it last, in a \
               migration of its own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.dropped(ObjectKind::Extension) {
        report.on(
            &object.id,
            Words::new(
                format!("extension {} is dropped.", object.id.name),
                "All functions, types and operators it brought go away. Code that calls them fails, function bodies \
                 among it; the server does not track those.",
                "Search code and function bodies for what it brings. Drop it last, in a migration of its own.",
            ),
        );
    }
}
