//! `reserved-word-identifier`: a name that is a word of SQL.

use crate::model::{Change, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "reserved-word-identifier",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "It has to be quoted everywhere. Where somebody forgets, the statement fails, or means \
              something else.",
    solution: "Choose a name that is not a reserved word.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for change in survey.changes() {
        let id = match change {
            Change::Create(object) | Change::Rename { after: object, .. } => &object.id,
            Change::Drop(_) | Change::Alter { .. } => continue,
        };
        let named = matches!(
            id.kind,
            ObjectKind::Schema
                | ObjectKind::Table
                | ObjectKind::Column
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence
                | ObjectKind::Function
                | ObjectKind::Procedure
        );
        if !named || RESERVED.binary_search(&id.leaf().as_str().to_lowercase().as_str()).is_err() {
            continue;
        }
        report.on(
            id,
            Words::new(
                format!("The name of {id} is a reserved word."),
                "It has to be quoted in every statement. Where somebody forgets, the statement fails.",
                "Choose another name.",
            ),
        );
    }
}

/// Reserved in the SQL standard and in PostgreSQL (`pg_get_keywords()`, category R), sorted.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast",
    "check", "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role",
    "current_time", "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do",
    "else", "end", "except", "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in",
    "initially", "intersect", "into", "lateral", "leading", "limit", "localtime", "localtimestamp", "not",
    "null", "offset", "on", "only", "or", "order", "placing", "primary", "references", "returning", "select",
    "session_user", "some", "symmetric", "system_user", "table", "then", "to", "trailing", "true", "union",
    "unique", "user", "using", "variadic", "when", "where", "window", "with",
];
