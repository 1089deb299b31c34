//! The rows of a scratch database before and after: what a plan kept, and what it lost. The tables are tiny, so
//! the rows themselves are read and compared as whole rows; nothing here reads a database that is not scratch.

use std::collections::{BTreeMap, BTreeSet};

use crate::connect::{Connection, Rows, WireError, WireErrorKind};
use crate::model::{
    Body, EngineKind, Ident, Loss, ObjectId, ObjectKind, Phase, Plan, QualifiedName, Renaming, Reversal,
    Schema, Value,
};
use crate::sqltext::SqlBuilder;

/// All rows of all tables, as they are now.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    tables: BTreeMap<QualifiedName, TableImage>,
}

#[derive(Clone, Debug)]
struct TableImage {
    id: ObjectId,
    /// With the type of each.
    columns: Vec<(Ident, String)>,
    rows: Rows,
}

/// What became of one table's rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableRows {
    pub table: ObjectId,
    /// How many rows there were.
    pub seeded: usize,
    pub kept: Kept,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Every value that could be kept was.
    All,
    /// Something was lost, and the plan says so.
    Declared(String),
    /// Something was lost, and the plan does not say so.
    Lost(String),
}

impl Image {
    /// Whether there is not a single row.
    pub(super) fn is_empty(&self) -> bool {
        self.tables.values().all(|table| table.rows.is_empty())
    }
}

/// Reads the rows of every table that holds rows itself. Generated columns are left out: they follow.
pub(super) async fn image(connection: &mut dyn Connection, schema: &Schema) -> Result<Image, WireError> {
    let engine = schema.engine();
    let mut image = Image::default();
    for object in schema.objects.values() {
        let Body::Table(table) = &object.body else { continue };
        if table.partition_by.is_some() || table.foreign.is_some() {
            continue;
        }
        let columns = columns(schema, &object.id);
        let mut sql = SqlBuilder::new(engine).piece("SELECT ");
        if columns.is_empty() {
            sql.push("1");
        }
        sql.push_joined(columns.iter().map(|(name, _)| name), ", ");
        sql.push(match engine {
            EngineKind::Postgres => " FROM ONLY ",
            EngineKind::Sqlite | EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => {
                " FROM "
            }
        });
        sql.push(&object.id.name);
        match connection.query(&sql.done()).await {
            Ok(rows) => {
                let table = TableImage { id: object.id.clone(), columns, rows };
                image.tables.insert(object.id.name.clone(), table);
            }
            Err(error) if error.kind == WireErrorKind::Statement => {}
            Err(error) => return Err(error),
        }
    }
    Ok(image)
}

fn columns(schema: &Schema, table: &ObjectId) -> Vec<(Ident, String)> {
    schema
        .members(table)
        .filter(|part| part.id.kind == ObjectKind::Column)
        .filter_map(|part| match (&part.id.member, &part.body) {
            (Some(name), Body::Column(column)) if !matches!(column.value, Value::Generated { .. }) => {
                Some((name.clone(), column.data_type.to_string()))
            }
            _ => None,
        })
        .collect()
}

/// Compares the tables and columns that are on both sides. `back`: the plan was taken back, so all of *before*
/// has to be there again.
pub(super) fn kept(
    before: &Image,
    after: &Image,
    plan: &Plan,
    renames: &[Renaming],
    way: Way,
) -> Vec<TableRows> {
    before
        .tables
        .iter()
        .filter(|(_, table)| !table.rows.is_empty())
        .filter_map(|(name, table)| {
            let now = after.tables.get(&renamed_table(name, renames));
            let lost = match (now, way) {
                (Some(now), _) => difference(table, now, renames, way),
                (None, Way::Back) => {
                    Some(Difference { what: "the table is gone".into(), columns: Vec::new() })
                }
                // It was dropped or became something else: that is the plan's purpose.
                (None, Way::Forward) => return None,
            };
            let kept = match lost {
                None => Kept::All,
                Some(difference) => match declared(plan, &table.id, &difference.columns, way) {
                    Some(words) => Kept::Declared(words),
                    None => Kept::Lost(difference.what),
                },
            };
            Some(TableRows { table: table.id.clone(), seeded: table.rows.len(), kept })
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Forward,
    /// After the rollback: the names are the old ones, and all of it has to be there.
    Back,
}

struct Difference {
    what: String,
    /// Empty: the rows themselves.
    columns: Vec<Ident>,
}

fn difference(before: &TableImage, after: &TableImage, renames: &[Renaming], way: Way) -> Option<Difference> {
    if before.rows.len() != after.rows.len() {
        let what = format!("{} rows became {}", before.rows.len(), after.rows.len());
        return Some(Difference { what, columns: Vec::new() });
    }
    let mut same: Vec<(usize, usize)> = Vec::new();
    let mut changed = Vec::new();
    for (at, (name, data_type)) in before.columns.iter().enumerate() {
        let new = renamed_column(&before.id.name, name, renames);
        match after.columns.iter().position(|(name, _)| *name == new) {
            Some(there) if after.columns.get(there).is_some_and(|(_, now)| now == data_type) => {
                same.push((at, there));
            }
            Some(there) if nulls(before, at) != nulls(after, there) => changed.push(name.clone()),
            Some(_) => {}
            None if way == Way::Back => changed.push(name.clone()),
            None => {}
        }
    }
    let ours: Vec<usize> = same.iter().map(|(at, _)| *at).collect();
    let theirs: Vec<usize> = same.iter().map(|(_, there)| *there).collect();
    if projected(before, &ours) != projected(after, &theirs) {
        let single = same
            .iter()
            .filter(|(at, there)| projected(before, &[*at]) != projected(after, &[*there]))
            .filter_map(|(at, _)| before.columns.get(*at).map(|(name, _)| name.clone()));
        changed.extend(single);
        if changed.is_empty() {
            return Some(Difference { what: "values moved between rows".into(), columns: Vec::new() });
        }
    }
    if changed.is_empty() {
        return None;
    }
    let names: Vec<&str> = changed.iter().map(Ident::as_str).collect();
    Some(Difference { what: format!("values differ in {}", names.join(", ")), columns: changed })
}

fn nulls(table: &TableImage, column: usize) -> usize {
    table.rows.iter().filter(|row| matches!(row.maybe(column), Some(None))).count()
}

/// Whole rows, cut to some columns, in an order of their own.
fn projected<'t>(table: &'t TableImage, columns: &[usize]) -> Vec<Vec<Option<&'t str>>> {
    let mut rows: Vec<Vec<Option<&str>>> =
        table.rows.iter().map(|row| columns.iter().map(|at| row.get(*at)).collect()).collect();
    rows.sort();
    rows
}

/// Where the plan says that these values go: a step with a loss of existing rows on the table or the columns, or
/// (forward) one that fills them.
fn declared(plan: &Plan, table: &ObjectId, columns: &[Ident], way: Way) -> Option<String> {
    let mut words = BTreeSet::new();
    let covers = |column: Option<&Ident>| {
        plan.steps.iter().find_map(|step| {
            let about_rows = step.subject.name == table.name
                && step
                    .subject
                    .member
                    .as_ref()
                    .is_none_or(|member| column.is_none_or(|column| member == column));
            match &step.reversal {
                Reversal::Lossy { lost: Loss { forward: Some(what), .. }, .. } => {
                    let named = what.contains(&table.name.to_string())
                        && column.is_none_or(|column| what.contains(column.as_str()));
                    (about_rows || named).then(|| what.to_string())
                }
                Reversal::Impossible(reason) if about_rows && way == Way::Back => Some(reason.to_string()),
                Reversal::Lossy { .. } | Reversal::Exact(_) | Reversal::Impossible(_) => {
                    let fills = step.phase == Phase::Backfill && way == Way::Forward && about_rows;
                    fills.then(|| step.reason.to_string())
                }
            }
        })
    };
    if columns.is_empty() {
        return covers(None);
    }
    for column in columns {
        words.insert(covers(Some(column))?);
    }
    Some(words.into_iter().collect::<Vec<_>>().join("; "))
}

/// A table's name after the renames.
fn renamed_table(name: &QualifiedName, renames: &[Renaming]) -> QualifiedName {
    renames.iter().fold(name.clone(), |name, renaming| match renaming.before.kind {
        ObjectKind::Table if renaming.before.name == name => renaming.after.name.clone(),
        ObjectKind::Schema if name.schema.as_ref() == Some(&renaming.before.name.name) => {
            QualifiedName { schema: Some(renaming.after.name.name.clone()), name: name.name }
        }
        _ => name,
    })
}

/// A column's name after the renames; its table may be named by its old name or by its new one.
fn renamed_column(table: &QualifiedName, name: &Ident, renames: &[Renaming]) -> Ident {
    let new_table = renamed_table(table, renames);
    renames
        .iter()
        .find(|renaming| {
            renaming.before.kind == ObjectKind::Column
                && (&renaming.before.name == table || renaming.before.name == new_table)
                && renaming.before.member.as_ref() == Some(name)
        })
        .and_then(|renaming| renaming.after.member.clone())
        .unwrap_or_else(|| name.clone())
}
