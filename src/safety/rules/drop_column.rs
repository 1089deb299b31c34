//! `drop-column`: a column goes away with its values.

use crate::engines::Act;
use crate::model::{ObjectKind, Origin, Severity, Value};
use crate::safety::losses::{Then, gone};
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-column",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "The values are lost for good, and programs that name the column fail. Indexes and \
              constraints on it go with it.",
    solution: "Deploy a version that ignores the column, keep a copy of its values, and drop it in a \
               later migration.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for gone in gone(survey, ObjectKind::Column) {
        let (table, column) = (&gone.id.name, gone.id.leaf());
        let Some(body) = survey.column(table, column) else { continue };
        if body.origin == Origin::Inherited {
            continue;
        }
        let computed = matches!(body.value, Value::Generated { .. });
        let effect = if computed {
            "Programs that name it fail. Its values can be computed again.".to_owned()
        } else if survey.keeps(gone.id) {
            let sized = survey.sized(table);
            format!(
                "Its values in {sized} are kept until a contract removes them. Programs that name it fail."
            )
        } else {
            let unkept = survey.unkept(gone.id);
            format!("Its values in {} are lost. Programs that name it fail.{unkept}", survey.sized(table))
        };
        let finding = report.on(
            gone.id,
            Words::new(
                format!("column {table}.{column} {}.", if computed { gone.then.briefly() } else { gone.then.words() }),
                effect,
                match gone.then {
                    _ if survey.keeps(gone.id) => {
                        "Deploy a version that does not use it first. Contract the run when nobody has missed it."
                    }
                    Then::Nothing if !computed && survey.could_keep(gone.id) => {
                        "Deploy a version that does not use it, and plan with `keep_dropped = true` (or `--keep-dropped`): a rollback brings its \
                         values back until a contract removes them."
                    }
                    Then::Nothing => {
                        "Deploy a version that does not use it, keep a copy of the key and its values, and drop it \
                         in a later migration."
                    }
                    Then::MadeAgain => {
                        "Add a second column beside it, fill it in batches, and swap the names."
                    }
                },
            ),
        );
        finding.step = gone.step;
        if computed || survey.keeps(gone.id) {
            finding.severity = Severity::Warn;
        } else {
            let (table, column) = survey.former_column(table, column);
            finding.probe = Some(probes::any_value(survey.engine(), &table, &column));
        }
    }
    for (at, act) in survey.acts() {
        let Act::DropsColumn(column) = act else { continue };
        if survey.is_new(&column.name) {
            continue;
        }
        report.by_hand(
            at,
            column,
            Words::new(
                format!("{column} is dropped."),
                format!("Its values in {} are lost. Programs that name it fail.", survey.sized(&column.name)),
                "Deploy a version that does not use it, keep a copy of its values, and drop it in a later migration.",
            ),
        );
    }
}
