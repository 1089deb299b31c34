//! Foreign keys and checks.

use std::collections::BTreeMap;

use super::assembly::{Assembly, rows};
use super::catalog::{CHECKS, E, KEYS, RULES};
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Constraint, ConstraintKind, Definition, Enforcement, Ident, ObjectKind, Origin,
    QualifiedName, TableShape, Validity,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

/// CHECK clauses of tables, and those that are written with a column.
#[derive(Default)]
pub(super) struct Checks<'a> {
    columns: BTreeMap<(&'a str, &'a str), &'a str>,
    /// Table, name, clause, whether it is enforced.
    tables: Vec<(&'a str, &'a str, &'a str, Enforcement)>,
}

impl<'a> Checks<'a> {
    pub fn of_column(&self, table: &'a str, column: &'a str) -> Option<&'a str> {
        self.columns.get(&(table, column)).copied()
    }
}

pub(super) fn checks(answers: &[Rows]) -> Result<Checks<'_>, AssembleError> {
    let mut checks = Checks::default();
    for row in rows(answers, CHECKS) {
        let (table, name, clause) = (row.text(0)?, row.text(1)?, row.text(3)?);
        let enforcement =
            if row.maybe(4) == Some("NO") { Enforcement::NotEnforced } else { Enforcement::Enforced };
        if row.maybe(2) == Some("Column") {
            checks.columns.insert((table, name), clause);
        } else {
            checks.tables.push((table, name, clause, enforcement));
        }
    }
    Ok(checks)
}

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    checks: &Checks<'_>,
    database: &str,
) -> Result<(), AssembleError> {
    for &(table, name, clause, enforcement) in &checks.tables {
        check(assembly, table, name, clause, enforcement);
    }
    let mut rules: BTreeMap<(&str, &str), (&str, &str)> = BTreeMap::new();
    for row in rows(answers, RULES) {
        rules.insert((row.text(0)?, row.text(1)?), (row.text(2)?, row.text(3)?));
    }
    let mut keys: BTreeMap<(&str, &str), Key> = BTreeMap::new();
    for row in rows(answers, KEYS) {
        let schema = row.maybe(3).filter(|schema| *schema != database);
        let target = QualifiedName {
            schema: schema.map(|schema| assembly.pool.ident(schema)),
            name: assembly.pool.ident(row.text(4)?),
        };
        let key = keys.entry((row.text(0)?, row.text(1)?)).or_insert_with(|| Key {
            columns: Vec::new(),
            target,
            targets: Vec::new(),
        });
        key.columns.push(assembly.pool.ident(row.text(2)?));
        key.targets.push(assembly.pool.ident(row.text(5)?));
    }
    for ((table, name), key) in keys {
        let (update, delete) = rules.get(&(table, name)).copied().unwrap_or(("RESTRICT", "RESTRICT"));
        foreign_key(assembly, table, name, key, [("DELETE", delete), ("UPDATE", update)]);
    }
    Ok(())
}

fn check(assembly: &mut Assembly<'_>, table: &str, name: &str, clause: &str, enforcement: Enforcement) {
    let clause = clause.replace("\\'", "'");
    // MySQL's clause has parentheres of its own.
    let text = match clause.starts_with('(') && clause.ends_with(')') && closes_at_end(&clause) {
        true => format!("CHECK {clause}"),
        false => format!("CHECK ({clause})"),
    };
    let text = match enforcement {
        Enforcement::Enforced => text,
        Enforcement::NotEnforced => format!("{text} NOT ENFORCED"),
    };
    let id = assembly.member(ObjectKind::Constraint, table, name);
    let body = Constraint {
        kind: ConstraintKind::Check,
        definition: assembly.pool.definition(&text),
        columns: Vec::new(),
        references: None,
        validity: Validity::Valid,
        origin: Origin::Local,
        enforcement,
        on: TableShape::Plain,
        index: None,
    };
    assembly.needs(&id, assembly.table(table));
    assembly.add(id, Body::Constraint(body), About::default());
}

/// Whether the parenthesis that opens the text is closed by its last character.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0_usize;
    for token in crate::sqltext::lex(text, E) {
        match text.get(token.start..token.end) {
            Some("(") => depth += 1,
            Some(")") => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return token.end == text.len();
                }
            }
            _ => {}
        }
    }
    false
}

struct Key {
    columns: Vec<Ident>,
    target: QualifiedName,
    targets: Vec<Ident>,
}

fn foreign_key(assembly: &mut Assembly<'_>, table: &str, name: &str, key: Key, rules: [(&str, &str); 2]) {
    let mut sql = SqlBuilder::new(E)
        .piece("FOREIGN KEY (")
        .joined(&key.columns, ", ")
        .piece(") REFERENCES ")
        .piece(&key.target)
        .piece(" (")
        .joined(&key.targets, ", ")
        .piece(")");
    for (event, rule) in rules {
        // RESTRICT and NO ACTION are one to InnoDB, and what it has where nothing is said.
        if !matches!(rule, "RESTRICT" | "NO ACTION") {
            sql = sql.piece(
                sql!(E; " ON ", &Definition::from_catalog(event), " ", &Definition::from_catalog(rule)),
            );
        }
    }
    let id = assembly.member(ObjectKind::Constraint, table, name);
    assembly.needs(&id, assembly.table(table));
    for column in &key.columns {
        assembly.needs(&id, assembly.member(ObjectKind::Column, table, column.as_str()));
    }
    if key.target.schema.is_none() {
        let target = key.target.name.as_str();
        assembly.needs(&id, assembly.table(target));
        for column in &key.targets {
            assembly.needs(&id, assembly.member(ObjectKind::Column, target, column.as_str()));
        }
    }
    let body = Constraint {
        kind: ConstraintKind::ForeignKey,
        definition: assembly.pool.definition(sql.done().as_str()),
        columns: key.columns,
        references: Some((key.target, key.targets)),
        validity: Validity::Valid,
        origin: Origin::Local,
        enforcement: Enforcement::Enforced,
        on: TableShape::Plain,
        index: None,
    };
    assembly.add(id, Body::Constraint(body), About::default());
}
