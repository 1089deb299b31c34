//! Reads a PostgreSQL catalog (13 to 18): the batch of queries, and the schema assembled from their answers.
//! Each family of objects has a file with its query and its reader, side by side. Nothing here connects,
//! and nothing here decides what a difference means.
//!
//! The batch is one read-only snapshot with an empty search path, so that the server prints every name with
//! its schema. What has an `oid` below 16384 came with the server.

mod about;
mod aggregates;
mod answer;
mod assembly;
mod class;
mod columns;
mod constraints;
mod conversions;
mod database;
mod defined;
mod depends;
mod extensions;
mod foreign;
mod indexes;
mod operators;
mod policies;
mod privileges;
mod relations;
mod replication;
mod routines;
mod schemas;
mod sequences;
mod text_search;
mod triggers;
mod types;
mod unmodelled;
mod views;

use self::answer::Answer;
use self::assembly::Assembly;
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::engines::pool::Pool;
use crate::model::{EngineKind, Schema, ServerVersion, Sql};
use crate::sqltext::SqlBuilder;

const POSTGRES: EngineKind = EngineKind::Postgres;

/// A query and the reader of its answer.
struct Family {
    query: fn(&ServerVersion) -> Sql,
    read: fn(&mut Assembly, Answer) -> Result<(), AssembleError>,
}

/// In the order in which readers need each other: names first, then relations, then their parts, then what
/// any object can carry, and at the end the dependencies.
const FAMILIES: &[Family] = &[
    schemas::READER,
    schemas::ROLES,
    about::BUILT_IN,
    extensions::EXTENSIONS,
    extensions::MEMBERS,
    schemas::SCHEMAS,
    relations::RELATIONS,
    relations::FOREIGN_TABLES,
    relations::INHERITANCE,
    sequences::SEQUENCES,
    columns::NOT_NULLS,
    columns::COLUMNS,
    indexes::INDEXES,
    constraints::CONSTRAINTS,
    indexes::INDEX_PARTITIONS,
    views::VIEWS,
    views::RULES,
    triggers::TRIGGERS,
    policies::POLICIES,
    types::TYPES,
    types::DOMAIN_CONSTRAINTS,
    routines::ROUTINES,
    aggregates::AGGREGATES,
    operators::OPERATORS,
    operators::OPERATOR_FAMILIES,
    operators::OPERATOR_CLASSES,
    conversions::COLLATIONS,
    conversions::CASTS,
    conversions::CONVERSIONS,
    conversions::TRANSFORMS,
    text_search::TEXT_SEARCH,
    database::STATISTICS,
    database::EVENT_TRIGGERS,
    database::ACCESS_METHODS,
    database::LANGUAGES,
    foreign::WRAPPERS,
    foreign::SERVERS,
    foreign::USER_MAPPINGS,
    replication::PUBLICATIONS,
    replication::SUBSCRIPTIONS,
    foreign::KEPT_BACK,
    unmodelled::THINGS,
    unmodelled::FACTS,
    unmodelled::FOREIGN_GRANTS,
    privileges::DEFAULT_PRIVILEGES,
    about::COMMENTS,
    about::LABELS,
    about::GRANTS,
    depends::DEPENDS,
];

/// What `pg_dump` fixes too, so that the same catalog is always printed the same way. Compiling queries that
/// run once costs more than it saves.
const OPENING: &[&str] = &[
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL search_path = ''",
    "SET LOCAL quote_all_identifiers = off",
    "SET LOCAL DateStyle = ISO",
    "SET LOCAL IntervalStyle = postgres",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = hex",
    "SET LOCAL standard_conforming_strings = on",
    "SET LOCAL jit = off",
    "SET LOCAL statement_timeout = 0",
];

const CLOSING: &str = "COMMIT";

/// The batch: opens the snapshot, asks everything, closes the snapshot.
pub(super) fn catalog(version: &ServerVersion) -> Vec<Sql> {
    let fixed = |text: &'static str| SqlBuilder::new(POSTGRES).piece(text).done();
    OPENING
        .iter()
        .copied()
        .map(fixed)
        .chain(FAMILIES.iter().map(|family| (family.query)(version)))
        .chain(std::iter::once(fixed(CLOSING)))
        .collect()
}

/// Turns the answers to [`catalog`] into a schema.
pub(super) fn assemble(
    version: &ServerVersion,
    answers: Vec<Rows>,
    like: Option<&Schema>,
) -> Result<Schema, AssembleError> {
    let expected = OPENING.len() + FAMILIES.len() + 1;
    if answers.len() != expected {
        let what = format!("{} answers where {expected} were asked for", answers.len());
        return Err(AssembleError { query: answers.len(), row: 0, what });
    }
    let mut assembly = Assembly::new(version.clone());
    let pool = Pool::default();
    for (query, (rows, family)) in answers.into_iter().skip(OPENING.len()).zip(FAMILIES).enumerate() {
        (family.read)(&mut assembly, Answer { query: query + OPENING.len(), rows: &rows, pool: &pool })?;
    }
    Ok(assembly.finish(like))
}

/// One wording for servers of `major` and later, another for older ones.
fn since(version: &ServerVersion, major: u32, then: &'static str, before: &'static str) -> &'static str {
    if version.at_least(major, 0) { then } else { before }
}
