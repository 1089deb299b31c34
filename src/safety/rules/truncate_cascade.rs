//! `truncate-cascade`: TRUNCATE reaches tables that it does not name.

use crate::engines::{Act, Cascade};
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "truncate-cascade",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Tables that refer to this one are emptied with it, whichever they are by then.",
    solution: "Name every table that is meant, and leave out CASCADE.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Truncates { tables, cascade: Cascade::Cascade } = act else { continue };
        let Some(first) = tables.first() else { continue };
        report.by_hand(
            at,
            first,
            Words::new(
                format!("TRUNCATE of {} cascades.", first.name),
                "Every table that refers to it is emptied too, and those that refer to these.",
                "Name the tables that are meant, and leave out CASCADE.",
            ),
        );
    }
}
