//! The catalog queries: a constant number, whatever the schema's size. Their columns are read by name nowhere, so the
//! select lists here and the readers beside this file belong together.

use super::super::vendor::Vendor;
use crate::connect::Rows;
use crate::model::{EngineKind, Ident, Sql};
use crate::sql;
use crate::sqltext::SqlBuilder;

pub(super) const E: EngineKind = EngineKind::MySql;

/// Places in the batch.
pub(super) const SESSION: usize = 1;
pub(super) const TABLES: usize = 2;
pub(super) const COLUMNS: usize = 3;
pub(super) const INDEXES: usize = 4;
pub(super) const KEYS: usize = 5;
pub(super) const RULES: usize = 6;
pub(super) const CHECKS: usize = 7;
pub(super) const ROUTINES: usize = 8;
pub(super) const TRIGGERS: usize = 9;
pub(super) const EVENTS: usize = 10;
/// How many there are; the answers to the particulars follow.
pub(super) const COUNT: usize = 11;

pub(in super::super) fn queries(vendor: Vendor) -> Vec<Sql> {
    let settings = if vendor.caches_statistics() {
        // What is a day old is good enough: else reading 10 000 tables counts 10 000 tables.
        sql!(E; "SET SESSION sql_quote_show_create = 1, information_schema_stats_expiry = 31536000")
    } else {
        sql!(E; "SET SESSION sql_quote_show_create = 1")
    };
    vec![
        settings,
        sql!(E; "SELECT DATABASE(), CURRENT_USER(), @@SESSION.sql_mode"),
        sql!(E; "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT, TABLE_ROWS, \
            DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
            ORDER BY TABLE_NAME"),
        columns(vendor),
        indexes(vendor),
        sql!(E; "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, \
            REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() \
            AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"),
        sql!(E; "SELECT TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE \
            FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
            ORDER BY TABLE_NAME, CONSTRAINT_NAME"),
        checks(vendor),
        sql!(E; "SELECT ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION, DEFINER \
            FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_NAME, ROUTINE_TYPE"),
        sql!(E; "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT, \
            DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
            AND EVENT_OBJECT_SCHEMA = DATABASE() ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER"),
        sql!(E; "SELECT EVENT_NAME, DEFINER, TIME_ZONE, STARTS, CREATED, EVENT_DEFINITION \
            FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME"),
    ]
}

fn columns(vendor: Vendor) -> Sql {
    let srid = if vendor.has_spatial_reference() { "SRS_ID" } else { "NULL" };
    sql!(E; "SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE, \
        COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION, COLUMN_COMMENT, ", srid,
        " FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION")
}

fn indexes(vendor: Vendor) -> Sql {
    let mut sql = SqlBuilder::new(E)
        .piece("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, INDEX_TYPE, INDEX_COMMENT, ");
    match vendor.index_visibility() {
        Some((column, unseen)) => sql = sql.piece(column).piece(" = '").piece(unseen).piece("', "),
        None => sql.push("0, "),
    }
    sql.push(if vendor.has_functional_indexes() { "EXPRESSION" } else { "NULL" });
    sql.piece(
        " FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() \
        ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    )
    .done()
}

fn checks(vendor: Vendor) -> Sql {
    match vendor {
        Vendor::MariaDb(..) => sql!(E; "SELECT TABLE_NAME, CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE, 'YES' \
            FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
            ORDER BY TABLE_NAME, CONSTRAINT_NAME"),
        Vendor::MySql(..) if vendor.has_checks() => {
            sql!(E; "SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, 'Table', \
            c.CHECK_CLAUSE, t.ENFORCED FROM information_schema.TABLE_CONSTRAINTS t \
            JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA \
            AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.TABLE_SCHEMA = DATABASE() \
            AND t.CONSTRAINT_TYPE = 'CHECK' ORDER BY t.TABLE_NAME, t.CONSTRAINT_NAME")
        }
        Vendor::MySql(..) => sql!(E; "SELECT NULL, NULL, NULL, NULL, NULL FROM DUAL WHERE FALSE"),
    }
}

/// What only SHOW CREATE tells, by the place of its question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Particular<'a> {
    /// A view: its text with its names as short as they can be.
    View(&'a str),
    Sequence(&'a str),
    /// A table with partitions, or one that is kept as text.
    Table(&'a str),
    Procedure(&'a str),
    Function(&'a str),
    Trigger(&'a str),
    Event(&'a str),
}

impl Particular<'_> {
    pub fn question(self) -> Sql {
        let (words, name) = match self {
            Self::View(name) => ("SHOW CREATE VIEW ", name),
            Self::Sequence(name) => ("SHOW CREATE SEQUENCE ", name),
            Self::Table(name) => ("SHOW CREATE TABLE ", name),
            Self::Procedure(name) => ("SHOW CREATE PROCEDURE ", name),
            Self::Function(name) => ("SHOW CREATE FUNCTION ", name),
            Self::Trigger(name) => ("SHOW CREATE TRIGGER ", name),
            Self::Event(name) => ("SHOW CREATE EVENT ", name),
        };
        sql!(E; words, &Ident::from(name))
    }
}

/// The questions in the order in which they are asked: a function of the first answers alone.
pub(super) fn particulars(answers: &[Rows]) -> Vec<Particular<'_>> {
    let rows = |place: usize| answers.get(place).into_iter().flat_map(Rows::iter);
    let mut asked = Vec::new();
    for row in rows(TABLES) {
        let Some(name) = row.get(0) else { continue };
        match row.get(1) {
            Some("VIEW") => asked.push(Particular::View(name)),
            Some("SEQUENCE") => asked.push(Particular::Sequence(name)),
            Some("SYSTEM VERSIONED") => asked.push(Particular::Table(name)),
            Some("BASE TABLE") if row.get(4).is_some_and(|options| options.contains("partitioned")) => {
                asked.push(Particular::Table(name));
            }
            _ => {}
        }
    }
    for row in rows(ROUTINES) {
        match (row.get(0), row.get(1)) {
            (Some(name), Some("PROCEDURE")) => asked.push(Particular::Procedure(name)),
            (Some(name), Some("FUNCTION")) => asked.push(Particular::Function(name)),
            _ => {}
        }
    }
    asked.extend(rows(TRIGGERS).filter_map(|row| row.get(0)).map(Particular::Trigger));
    asked.extend(rows(EVENTS).filter_map(|row| row.get(0)).map(Particular::Event));
    asked
}
