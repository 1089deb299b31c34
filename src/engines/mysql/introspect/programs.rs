//! Procedures, functions, triggers and events: the server's own text behind CREATE and the definer, and the settings
//! that they were made under.

use std::collections::BTreeSet;

use super::assembly::{Assembly, Row, rows};
use super::catalog::{E, EVENTS, Particular, ROUTINES, TRIGGERS};
use super::own::trigger_without_own_name;
use super::show::{Shown, account, settings, without_head};
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Definition, Firing, ObjectId, ObjectKind, Origin, Routine, Settings, Trigger,
};
use crate::sqltext::{TokenClass, lex};

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    shown: &Shown<'_>,
    database: &str,
) -> Result<(), AssembleError> {
    for row in rows(answers, ROUTINES) {
        routine(assembly, &row, shown)?;
    }
    for row in rows(answers, TRIGGERS) {
        trigger(assembly, &row, shown, database)?;
    }
    for row in rows(answers, EVENTS) {
        event(assembly, &row, shown)?;
    }
    Ok(())
}

fn owned(definer: Option<&str>) -> About {
    About { owner: definer.map(account), ..About::default() }
}

fn routine(assembly: &mut Assembly<'_>, row: &Row<'_>, shown: &Shown<'_>) -> Result<(), AssembleError> {
    let (name, kind) = (row.text(0)?, row.text(1)?);
    let (kind, particular) = match kind {
        "PROCEDURE" => (ObjectKind::Procedure, Particular::Procedure(name)),
        "FUNCTION" => (ObjectKind::Function, Particular::Function(name)),
        other => {
            assembly.unmodelled(format!("{} {name}", other.to_lowercase()), "not compared");
            return Ok(());
        }
    };
    // The third cell is NULL to who may run it and not see it.
    let text = shown.cell(particular, 2).and_then(without_head);
    let (Some(text), Some(mode)) = (text, shown.cell(particular, 1)) else {
        assembly.unreadable(ObjectId::new(kind, assembly.name(name)), "its text may not be seen");
        return Ok(());
    };
    let body = Routine {
        definition: Definition::from_catalog(text),
        arguments: Vec::new(),
        returns: assembly.pool.definition(row.maybe(2).unwrap_or_default()),
        language: assembly.pool.ident("SQL"),
        settings: settings(mode),
        body: row.maybe(3).unwrap_or_default().into(),
    };
    let id = ObjectId::new(kind, assembly.name(name));
    assembly.add(id, Body::Routine(body), owned(row.maybe(4)));
    Ok(())
}

/// Two triggers are the same when they do the same at the same time, however their heads were typed.
fn trigger(
    assembly: &mut Assembly<'_>,
    row: &Row<'_>,
    shown: &Shown<'_>,
    database: &str,
) -> Result<(), AssembleError> {
    let (name, table) = (row.text(0)?, row.text(1)?);
    let particular = Particular::Trigger(name);
    let text = shown.cell(particular, 2).and_then(without_head);
    let (Some(text), Some(mode)) = (text, shown.cell(particular, 1)) else {
        assembly.unreadable(assembly.member(ObjectKind::Trigger, table, name), "its text may not be seen");
        return Ok(());
    };
    let form = format!("{} {}\n{}", row.text(2)?, row.text(3)?, row.text(4)?);
    let body = Trigger {
        definition: Definition::as_typed(trigger_without_own_name(text, database), form),
        firing: Firing::Always,
        origin: Origin::Local,
        settings: settings(mode),
        function: None,
    };
    let id = assembly.member(ObjectKind::Trigger, table, name);
    assembly.needs(&id, assembly.table(table));
    let words = words(row.text(4)?);
    assembly.needs_columns(&id, table, |column| words.contains(&column.to_lowercase()));
    assembly.add(id, Body::Trigger(body), owned(row.maybe(5)));
    Ok(())
}

/// The words of a body as it was typed, quoted or not, in small letters: columns are among them.
fn words(body: &str) -> BTreeSet<String> {
    lex(body, E)
        .filter(|token| {
            matches!(token.class, TokenClass::Identifier | TokenClass::QuotedIdentifier | TokenClass::Keyword)
        })
        .filter_map(|token| body.get(token.start..token.end))
        .map(|word| word.trim_matches('`').replace("``", "`").to_lowercase())
        .collect()
}

/// An event that was given no beginning begins when it is made, and that is no difference.
fn event(assembly: &mut Assembly<'_>, row: &Row<'_>, shown: &Shown<'_>) -> Result<(), AssembleError> {
    let name = row.text(0)?;
    let particular = Particular::Event(name);
    let text = shown.cell(particular, 3).and_then(without_head);
    let (Some(text), Some(mode)) = (text, shown.cell(particular, 1)) else {
        assembly
            .unreadable(ObjectId::new(ObjectKind::Event, assembly.name(name)), "its text may not be seen");
        return Ok(());
    };
    let definition = match (row.maybe(3), row.maybe(4)) {
        (Some(starts), Some(created)) if starts == created => {
            Definition::from_catalog(text.replacen(&format!(" STARTS '{starts}'"), "", 1))
        }
        _ => Definition::from_catalog(text),
    };
    let mut settings: Settings = settings(mode);
    if let Some(zone) = row.maybe(2).filter(|zone| *zone != "SYSTEM") {
        settings.insert("time_zone".into(), zone.into());
    }
    let body = Routine {
        definition,
        arguments: Vec::new(),
        returns: assembly.pool.definition(""),
        language: assembly.pool.ident("SQL"),
        settings,
        body: row.maybe(5).unwrap_or_default().into(),
    };
    let id = ObjectId::new(ObjectKind::Event, assembly.name(name));
    assembly.add(id, Body::Routine(body), owned(row.maybe(1)));
    Ok(())
}
