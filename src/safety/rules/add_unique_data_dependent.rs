//! `add-unique-data-dependent`: a key or unique index over rows that may hold duplicates.

use crate::model::{ConstraintKind, Ident, ObjectId, ObjectKind, QualifiedName, Severity, Uniqueness};
use crate::safety::columns::starts_empty;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-unique-data-dependent",
    severity: Severity::Warn,
    family: Family::Data,
    problem: "One pair of equal rows makes the step fail; a concurrent build leaves an invalid index \
              behind.",
    solution: "Ask for duplicates first, and decide for each which row stays.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.added_constraints() {
        if !matches!(key.body.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) {
            continue;
        }
        let columns: Vec<Option<&Ident>> = key.body.columns.iter().map(Some).collect();
        tell(survey, report, key.id, &key.id.name, &columns, key.body.definition.as_str());
    }
    for index in survey.added_indexes() {
        if index.body.uniqueness == Uniqueness::Unique {
            let columns: Vec<Option<&Ident>> = index.body.columns.iter().map(Option::as_ref).collect();
            tell(survey, report, index.id, &index.body.table, &columns, index.body.tail.as_str());
        }
    }
}

fn tell(
    survey: &Survey<'_>,
    report: &mut Report<'_>,
    id: &ObjectId,
    table: &QualifiedName,
    columns: &[Option<&Ident>],
    definition: &str,
) {
    let nulls = if definition.contains("NULLS NOT DISTINCT") {
        probes::Nulls::Equal
    } else {
        probes::Nulls::Distinct
    };
    let column_id = |column: &Ident| ObjectId::member(ObjectKind::Column, table.clone(), column.clone());
    let mut named = columns.iter().flatten();
    if nulls == probes::Nulls::Distinct && named.any(|column| starts_empty(survey, &column_id(column))) {
        return;
    }
    let finding = report.on(
        id,
        Words::new(
            format!("{id} allows no two equal rows in {table} from now on."),
            format!("The step fails if {} holds duplicates.", survey.sized(table)),
            "Ask for duplicates first, decide which rows stay, and keep new ones out before the step runs.",
        ),
    );
    let known: Option<Vec<&Ident>> = columns.iter().copied().collect();
    let asked = known.filter(|columns| {
        // A partial index asks only some rows, and a column that is not there yet cannot be asked.
        !definition.contains(" WHERE ")
            && !columns.is_empty()
            && columns.iter().all(|column| survey.column(table, column).is_some())
    });
    if let Some(columns) = asked {
        let before: Vec<(QualifiedName, Ident)> =
            columns.iter().map(|column| survey.former_column(table, column)).collect();
        let names: Vec<&Ident> = before.iter().map(|(_, column)| column).collect();
        finding.probe = Some(probes::duplicates(survey.engine(), &survey.former(table), &names, nulls));
    }
}
