//! Views and materialized views.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Aspect, Edit, Lock, Object, ObjectKind, Phase, Populated, QualifiedName, Settings, Sql, Verb, View, Work,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

use super::{PG, probe};

fn statement(head: &'static str, object: &Object, view: &View) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece(head).piece(&object.id.name);
    if let Some(method) = &view.access_method {
        sql = sql.piece(" USING ").piece(method);
    }
    if !view.options.is_empty() {
        sql.push(" WITH (");
        super::table::assignments(&mut sql, view.options.iter());
        sql.push(")");
    }
    sql = sql.piece(" AS\n").piece(&super::reparse::reparsed(&view.query));
    if object.id.kind == ObjectKind::MaterializedView && view.populated == Populated::NoData {
        sql.push("\nWITH NO DATA");
    }
    sql.done()
}

pub(super) fn create(object: &Arc<Object>, view: &View, facts: &Facts<'_>) -> Vec<Draft> {
    let (head, reason, work) = match object.id.kind {
        ObjectKind::MaterializedView => {
            ("CREATE MATERIALIZED VIEW ", "Runs its query once and keeps the result.", Work::Scan)
        }
        _ => ("CREATE VIEW ", "Nothing is stored.", Work::Catalog),
    };
    let work = if view.populated == Populated::NoData { Work::Catalog } else { work };
    let mut drafts = vec![
        Draft::new(Verb::Create, Phase::Expand, statement(head, object, view), reason)
            .locks(Lock::AccessShare, [], work)
            .undone_by_action()
            .probed_by(probe::relation_exists(&object.id.name)),
    ];
    for column in &view.columns {
        drafts.extend(column_details(object, None, column));
    }
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

fn column_details(
    object: &Object,
    before: Option<&crate::model::OutputColumn>,
    after: &crate::model::OutputColumn,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let word = match object.id.kind {
        ObjectKind::MaterializedView => "ALTER MATERIALIZED VIEW ",
        _ => "ALTER VIEW ",
    };
    let altering = || {
        SqlBuilder::new(PG)
            .piece(word)
            .piece(&object.id.name)
            .piece(" ALTER COLUMN ")
            .piece(&after.name)
            .piece(" ")
    };
    let draft = |sql: Sql| {
        Draft::new(Verb::Alter, Phase::Expand, sql, "A detail of one output column.").locks(
            Lock::AccessExclusive,
            [object.id.clone()],
            Work::Catalog,
        )
    };
    if before.and_then(|column| column.default.as_ref()) != after.default.as_ref() {
        drafts.push(draft(match &after.default {
            Some(expression) => altering().piece("SET DEFAULT ").piece(expression).done(),
            None => altering().piece("DROP DEFAULT").done(),
        }));
    }
    if before.and_then(|column| column.statistics_target) != after.statistics_target {
        let target = after.statistics_target.unwrap_or(-1);
        drafts.push(draft(altering().piece("SET STATISTICS ").piece(target).done()));
    }
    drafts
}

pub(super) fn alter(object: &Object, from: &View, to: &View, edits: &[Edit]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let columns_change = from.columns.len() != to.columns.len();
    let queried = edits.iter().any(|edit| edit.aspect == Aspect::Definition) && from.query != to.query;
    if queried || columns_change {
        let sql = statement("CREATE OR REPLACE VIEW ", object, to);
        drafts.push(
            Draft::new(
                Verb::Alter,
                Phase::Expand,
                sql,
                "Columns are only added at the end: grants and dependents stay.",
            )
            .locks(Lock::AccessExclusive, [object.id.clone()], Work::Catalog)
            .undone_by_action(),
        );
    }
    let word = match object.id.kind {
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        _ => "VIEW",
    };
    // CREATE OR REPLACE sets all options anew.
    if !queried && !columns_change {
        for sql in options(word, &object.id.name, &from.options, &to.options) {
            drafts.push(
                Draft::new(Verb::Alter, Phase::Expand, sql, "Options of the view.")
                    .locks(Lock::AccessExclusive, [object.id.clone()], Work::Catalog)
                    .undone_by_action(),
            );
        }
    }
    if from.populated != to.populated {
        let sql = match to.populated {
            Populated::WithData => sql!(PG; "REFRESH MATERIALIZED VIEW ", &object.id.name),
            Populated::NoData => sql!(PG; "REFRESH MATERIALIZED VIEW ", &object.id.name, " WITH NO DATA"),
        };
        drafts.push(
            Draft::new(Verb::Alter, Phase::Expand, sql, "Fills or empties the stored result.")
                .locks(Lock::AccessExclusive, [object.id.clone()], Work::Scan)
                .undone_by_action(),
        );
    }
    if let (true, Some(method)) = (from.access_method != to.access_method, &to.access_method) {
        let sql = sql!(PG; "ALTER MATERIALIZED VIEW ", &object.id.name, " SET ACCESS METHOD ", method);
        drafts.push(
            Draft::new(Verb::Alter, Phase::Expand, sql, "The stored result is written again.")
                .undone_by_action(),
        );
    }
    for (at, column) in to.columns.iter().enumerate() {
        drafts.extend(column_details(object, from.columns.get(at), column));
    }
    for draft in drafts.iter_mut().skip(1) {
        draft.undo = crate::engines::Undo::Covered;
    }
    drafts
}

fn options(word: &'static str, name: &QualifiedName, from: &Settings, to: &Settings) -> Vec<Sql> {
    super::table::storage(word, name, from, to)
}
