//! Views, routines, triggers, events and sequences: whole statements, put in the place of the old ones where the server
//! can do so. Who made an object stays its definer.

use super::super::effects::{Presence, brief, probe};
use super::super::vendor::Vendor;
use crate::engines::{Draft, Facts, Restore};
use crate::model::{
    Aspect, Body, Cycle, Definition, Edit, EngineKind, Ident, Object, ObjectKind, Phase, Sequence, Settings,
    Sql, Verb, View,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

const E: EngineKind = EngineKind::MySql;

/// Whether a statement may find an older object of its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Making {
    New,
    Instead,
}

pub(super) fn create(object: &Object, facts: &Facts<'_>) -> Option<Draft> {
    let owner = match facts.restore {
        Restore::OwnerAndGrants => object.about.owner.as_ref(),
        Restore::DefinitionOnly => None,
    };
    let sql = made(object, owner, Making::New, facts)?;
    let reason = match object.id.kind {
        ObjectKind::Trigger => "A new trigger; it acts on writes from now on.".to_owned(),
        kind => format!("A new {}.", kind.word()),
    };
    let there = facts.from.objects.contains_key(&object.id);
    let phase = if there { Phase::Switch } else { Phase::Expand };
    let draft = brief(Verb::Create, phase, sql, &object.id, reason).about(&object.id);
    Some(Draft { probe: probe(&object.id, Presence::There), ..draft })
}

pub(super) fn alter(before: &Object, after: &Object, edits: &[Edit], facts: &Facts<'_>) -> Vec<Draft> {
    let vendor = Vendor::of(facts.version);
    if let (Body::Sequence(a), Body::Sequence(b)) = (&before.body, &after.body) {
        let sql = alter_sequence(after, a, b);
        return vec![brief(
            Verb::Alter,
            Phase::Switch,
            sql,
            &after.id,
            "Changes the sequence where it stands.",
        )];
    }
    let owner = match edits.iter().any(|edit| edit.aspect == Aspect::Owner) {
        true => after.about.owner.as_ref(),
        false => before.about.owner.as_ref(),
    };
    let replaces = vendor.replaces_programs() || matches!(after.body, Body::View(_));
    let word = after.id.kind.word();
    if replaces {
        let Some(sql) = made(after, owner, Making::Instead, facts) else { return Vec::new() };
        let reason = format!("Puts the {word} in the place of the old one; nobody finds it missing.");
        return vec![brief(Verb::Alter, Phase::Switch, sql, &after.id, reason)];
    }
    let Some(sql) = made(after, owner, Making::New, facts) else { return Vec::new() };
    let gone = format!("MySQL replaces no {word}: it is missing until the next step.");
    vec![
        brief(Verb::Drop, Phase::Switch, drop_sql(before), &after.id, gone),
        brief(Verb::Create, Phase::Switch, sql, &after.id, format!("The {word} as it shall be.")).covered(),
    ]
}

pub(super) fn drop_sql(object: &Object) -> Sql {
    let words = match object.id.kind {
        ObjectKind::View => "DROP VIEW ",
        ObjectKind::Function => "DROP FUNCTION ",
        ObjectKind::Procedure => "DROP PROCEDURE ",
        ObjectKind::Trigger => "DROP TRIGGER ",
        ObjectKind::Event => "DROP EVENT ",
        ObjectKind::Sequence => "DROP SEQUENCE ",
        _ => "DROP TABLE ",
    };
    sql!(E; words, object.id.leaf())
}

/// The statement that makes an object, for `owner` where it is known.
fn made(object: &Object, owner: Option<&Ident>, making: Making, facts: &Facts<'_>) -> Option<Sql> {
    let sql = creating(object, owner, making)?;
    let settings = match &object.body {
        Body::Routine(routine) => &routine.settings,
        Body::Trigger(trigger) => &trigger.settings,
        _ => return Some(sql),
    };
    Some(under(settings, sql, facts))
}

/// The same without any settings: for definitions that are shown and compared.
pub(super) fn creating(object: &Object, owner: Option<&Ident>, making: Making) -> Option<Sql> {
    let head = || {
        let create = match making {
            Making::New => "CREATE ",
            Making::Instead => "CREATE OR REPLACE ",
        };
        SqlBuilder::new(E).piece(create)
    };
    Some(match &object.body {
        Body::View(view) => view_sql(head(), object, view, owner),
        Body::Routine(routine) => head().piece(definer(owner)).piece(&routine.definition).done(),
        Body::Trigger(trigger) => head().piece(definer(owner)).piece(&trigger.definition).done(),
        Body::Sequence(sequence) => create_sequence(head(), object, sequence),
        Body::Opaque(opaque) => sql!(E; &opaque.text),
        _ => return None,
    })
}

fn view_sql(head: SqlBuilder, object: &Object, view: &View, owner: Option<&Ident>) -> Sql {
    let mut sql = head;
    if let Some(algorithm) = view.options.get("algorithm") {
        sql = sql
            .piece("ALGORITHM=")
            .piece(&Definition::from_catalog(algorithm.to_ascii_uppercase()))
            .piece(" ");
    }
    sql = sql.piece(definer(owner));
    if view.options.contains("security") {
        sql.push("SQL SECURITY INVOKER ");
    }
    sql = sql.piece("VIEW ").piece(&object.id.name);
    if let Some(columns) = view.options.get("columns") {
        sql = sql.piece(" ").piece(&Definition::from_catalog(columns));
    }
    sql.piece(" AS ").piece(&view.query).done()
}

/// ``DEFINER=`user`@`host` ``: the catalog writes the two with `@` between them, and only a user may hold one.
fn definer(owner: Option<&Ident>) -> Option<Sql> {
    let owner = owner?.as_str();
    Some(match owner.rsplit_once('@') {
        Some((user, host)) => sql!(E; "DEFINER=", &Ident::from(user), "@", &Ident::from(host), " "),
        None => sql!(E; "DEFINER=", &Ident::from(owner), " "),
    })
}

/// A program keeps the mode that it was made under. Where ours is another, MariaDB takes it with the statement. It reads
/// the statement before it takes the mode: a text in ANSI_QUOTES is refused, and loudly.
fn under(settings: &Settings, sql: Sql, facts: &Facts<'_>) -> Sql {
    if !Vendor::of(facts.version).is_mariadb() {
        return sql;
    }
    let mode = settings.get("sql_mode").unwrap_or_default();
    let ours = facts.ground.session.get("sql_mode").unwrap_or_default();
    let mut words: Vec<Sql> = Vec::new();
    if modes(mode) != modes(&format!("{ours},STRICT_TRANS_TABLES")) {
        words.push(sql!(E; "sql_mode = ", Literal(mode)));
    }
    if let Some(zone) = settings.get("time_zone") {
        words.push(sql!(E; "time_zone = ", Literal(zone)));
    }
    if words.is_empty() {
        return sql;
    }
    SqlBuilder::new(E).piece("SET STATEMENT ").joined(&words, ", ").piece(" FOR ").piece(sql).done()
}

fn modes(text: &str) -> std::collections::BTreeSet<&str> {
    text.split(',').filter(|mode| !mode.is_empty()).collect()
}

fn create_sequence(head: SqlBuilder, object: &Object, sequence: &Sequence) -> Sql {
    let options = &sequence.options;
    let cycle = match options.cycle {
        Cycle::Cycle => " CYCLE",
        Cycle::NoCycle => " NOCYCLE",
    };
    let mut sql = head.piece("SEQUENCE ").piece(&object.id.name);
    if sequence.data_type.as_str() != "bigint" {
        sql = sql.piece(" AS ").piece(&sequence.data_type);
    }
    sql = sql
        .piece(" START WITH ")
        .piece(options.start)
        .piece(" INCREMENT BY ")
        .piece(options.increment)
        .piece(" MINVALUE ")
        .piece(options.minimum)
        .piece(" MAXVALUE ")
        .piece(options.maximum)
        .piece(" CACHE ")
        .piece(options.cache)
        .piece(cycle);
    if let Some(comment) = &object.about.comment {
        sql = sql.piece(" COMMENT ").piece(Literal(comment));
    }
    sql.done()
}

fn alter_sequence(object: &Object, before: &Sequence, after: &Sequence) -> Sql {
    let (a, b) = (&before.options, &after.options);
    let mut sql = SqlBuilder::new(E).piece("ALTER SEQUENCE ").piece(&object.id.name);
    for (words, old, new) in [
        (" START WITH ", a.start, b.start),
        (" INCREMENT BY ", a.increment, b.increment),
        (" MINVALUE ", a.minimum, b.minimum),
        (" MAXVALUE ", a.maximum, b.maximum),
        (" CACHE ", a.cache, b.cache),
    ] {
        if old != new {
            sql = sql.piece(words).piece(new);
        }
    }
    match (a.cycle, b.cycle) {
        (Cycle::NoCycle, Cycle::Cycle) => sql.push(" CYCLE"),
        (Cycle::Cycle, Cycle::NoCycle) => sql.push(" NOCYCLE"),
        _ => {}
    }
    sql.done()
}
