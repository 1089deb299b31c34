//! The catalog queries and their answers as plain rows. A constant number of queries, whatever the schema's size.

use crate::connect::{Cells, Rows};
use crate::engines::AssembleError;
use crate::model::{EngineKind, Sql};
use crate::sql;

const OBJECTS: usize = 1;
const SPECIAL: usize = 2;
const COLUMNS: usize = 3;
const INDEXES: usize = 4;
const FOREIGN_KEYS: usize = 5;
const SIZE: usize = 6;

/// One snapshot: SQLite takes it at the first read after BEGIN.
pub(super) fn queries() -> Vec<Sql> {
    const E: EngineKind = EngineKind::Sqlite;
    vec![
        sql!(E; "BEGIN"),
        sql!(E; "SELECT type, name, tbl_name, sql FROM sqlite_schema \
            WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY type, name"),
        sql!(E; "SELECT name, type FROM pragma_table_list \
            WHERE schema = 'main' AND type IN ('virtual', 'shadow') ORDER BY name"),
        // A virtual table whose module is not there would fail the whole query.
        sql!(E; "SELECT m.name, c.name, c.\"notnull\", c.dflt_value, c.hidden \
            FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name, 'main') AS c \
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
            AND m.sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY m.name, c.cid"),
        sql!(E; "SELECT l.name, x.name \
            FROM sqlite_schema AS m JOIN pragma_index_list(m.name, 'main') AS l \
            JOIN pragma_index_xinfo(l.name, 'main') AS x \
            WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL TABLE%' \
            AND l.origin = 'c' AND x.key = 1 ORDER BY l.name, x.seqno"),
        sql!(E; "SELECT m.name, count(DISTINCT f.id) \
            FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name, 'main') AS f \
            WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL TABLE%' GROUP BY m.name ORDER BY m.name"),
        sql!(E; "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
        sql!(E; "COMMIT"),
    ]
}

/// The answers with their columns by name: the text stays where the wire has put it.
pub(super) struct Catalog<'a> {
    pub objects: Vec<ObjectRow<'a>>,
    /// Virtual tables and the tables that keep their data: name and `virtual` or `shadow`.
    pub special: Vec<(&'a str, &'a str)>,
    pub columns: Vec<ColumnRow<'a>>,
    /// Index and key column; `None` is an expression.
    pub indexes: Vec<(&'a str, Option<&'a str>)>,
    /// Table and number of foreign keys.
    pub foreign_keys: Vec<(&'a str, usize)>,
    /// The whole database, in bytes.
    pub bytes: Option<u64>,
}

pub(super) struct ObjectRow<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    /// The table of an index or trigger; of a table or view its own name.
    pub table: &'a str,
    pub sql: &'a str,
}

pub(super) struct ColumnRow<'a> {
    pub table: &'a str,
    pub name: &'a str,
    pub not_null: bool,
    /// The default's text, without parentheses around it.
    pub default: Option<&'a str>,
    /// 0 plain, 1 hidden of a virtual table, 2 generated, 3 generated and stored.
    pub hidden: u8,
}

impl<'a> Catalog<'a> {
    pub fn read(answers: &'a [Rows]) -> Result<Self, AssembleError> {
        Ok(Self {
            objects: rows(answers, OBJECTS, |row| {
                Ok(ObjectRow {
                    kind: row.text(0)?,
                    name: row.text(1)?,
                    table: row.text(2)?,
                    sql: row.text(3)?,
                })
            })?,
            special: rows(answers, SPECIAL, |row| Ok((row.text(0)?, row.text(1)?)))?,
            columns: rows(answers, COLUMNS, |row| {
                Ok(ColumnRow {
                    table: row.text(0)?,
                    name: row.text(1)?,
                    not_null: row.text(2)? != "0",
                    default: row.maybe(3)?,
                    hidden: row.number(4)?,
                })
            })?,
            indexes: rows(answers, INDEXES, |row| Ok((row.text(0)?, row.maybe(1)?)))?,
            foreign_keys: rows(answers, FOREIGN_KEYS, |row| Ok((row.text(0)?, row.number(1)?)))?,
            bytes: rows(answers, SIZE, |row| row.number(0))?.into_iter().next(),
        })
    }
}

fn rows<'a, T>(
    answers: &'a [Rows],
    query: usize,
    read: impl Fn(&Row<'a>) -> Result<T, AssembleError>,
) -> Result<Vec<T>, AssembleError> {
    let missing = || AssembleError { query, row: 0, what: "the answer is missing".into() };
    let answer = answers.get(query).ok_or_else(missing)?;
    answer.iter().enumerate().map(|(row, cells)| read(&Row { query, row, cells })).collect()
}

struct Row<'a> {
    query: usize,
    row: usize,
    cells: Cells<'a>,
}

impl<'a> Row<'a> {
    fn wrong(&self, what: String) -> AssembleError {
        AssembleError { query: self.query, row: self.row, what }
    }
    fn maybe(&self, column: usize) -> Result<Option<&'a str>, AssembleError> {
        self.cells.maybe(column).ok_or_else(|| self.wrong(format!("column {column} is missing")))
    }
    fn text(&self, column: usize) -> Result<&'a str, AssembleError> {
        self.maybe(column)?.ok_or_else(|| self.wrong(format!("column {column} is NULL")))
    }
    fn number<T: std::str::FromStr>(&self, column: usize) -> Result<T, AssembleError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.wrong(format!("column {column} is no number: {text}")))
    }
}
