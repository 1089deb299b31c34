//! `index-dropped-performance`: an index goes away.

use crate::model::{Body, ObjectId, ObjectKind, Origin, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "index-dropped-performance",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Queries that use it become slow at once, for everybody.",
    solution: "Look at its use (pg_stat_user_indexes.idx_scan on every replica) before it goes.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.dropped(ObjectKind::Index) {
        let Body::Index(index) = &object.body else { continue };
        let table = &index.table;
        let leads_nowhere = index.columns.first().and_then(Option::as_ref).is_some_and(|column| {
            survey.is_dropped(&ObjectId::member(ObjectKind::Column, table.clone(), column.clone()))
        });
        let covered = survey.indexes(table).iter().any(|other| {
            other.body.tail == index.tail || covers(other.body.tail.as_str(), index.tail.as_str())
        });
        if survey.leaves(table) || index.origin == Origin::Inherited || leads_nowhere || covered {
            continue;
        }
        report.on(
            &object.id,
            Words::new(
                format!("{} on {table} is dropped.", object.id),
                format!("Queries that use it scan {} instead.", survey.sized(table)),
                if survey.is_mysql() {
                    "Make it INVISIBLE first (MariaDB: IGNORED): shown again, it is there at once. Look at its use \
                     (performance_schema.table_io_waits_summary_by_index_usage)."
                } else if survey.is_sqlite() {
                    "Look at the query plans (EXPLAIN QUERY PLAN) that name it first."
                } else {
                    "Look at its use first (pg_stat_user_indexes.idx_scan, on every replica), and keep its \
                     definition at hand."
                },
            ),
        );
    }
}

/// The other index begins with the same columns: `USING btree (a, b)` covers `USING btree (a)`.
fn covers(other: &str, own: &str) -> bool {
    own.strip_suffix(')')
        .is_some_and(|start| other.starts_with(&format!("{start},")) && !other.contains(" WHERE "))
}
