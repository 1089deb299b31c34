//! `convert-charset`: texts that are written in another character set.

use std::collections::BTreeMap;

use crate::model::{Column, Ident, ObjectId, ObjectKind, QualifiedName, Severity};
use crate::safety::copies::{BESIDE_AS_SCRIPTED, copies, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "convert-charset",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The table is copied while nobody can write. Texts that the new set does not know make the step fail, \
              and keys of indexes may become too long.",
    solution: "Look for texts that the new set does not know, and build the new table beside the old one.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let mut tables: BTreeMap<&QualifiedName, Vec<(&Ident, &str, &str)>> = BTreeMap::new();
    for column in survey.altered_columns() {
        if let (Some(from), Some(to)) = (charset(column.before), charset(column.after))
            && from != to
        {
            tables.entry(&column.id.name).or_default().push((column.id.leaf(), from, to));
        }
    }
    for (table, columns) in tables {
        let id = ObjectId::new(ObjectKind::Table, table.clone());
        let first = columns
            .first()
            .map(|(column, ..)| ObjectId::member(ObjectKind::Column, table.clone(), (*column).clone()));
        let Some(at) = copies(survey, &id).or_else(|| copies(survey, &first?)) else { continue };
        let named: Vec<String> =
            columns.iter().map(|(column, from, to)| format!("{column} ({from} to {to})")).collect();
        report.at(
            at,
            &id,
            Words::new(
                format!("table {table} writes texts in another character set: {}.", named.join(", ")),
                format!(
                    "{} Texts that the new set does not know make the step fail; what was unique may not be any more.",
                    waits(survey, table)
                ),
                format!("Look for texts that the new set does not know first. {BESIDE_AS_SCRIPTED}"),
            ),
        );
    }
}

/// The first word of the collation.
pub(super) fn charset(column: &Column) -> Option<&str> {
    column.collation.as_deref()?.name.as_str().split('_').next()
}
