//! Statements that a person wrote, in facts: locks and work as spec and server have them, told by the words alone.
//! What is not understood counts as ACCESS EXCLUSIVE and a rewrite.

mod alter;
mod kinds;
mod table;

use crate::engines::reading::{Cascade, Reach, Words, assigned, resolved};
use crate::engines::{Act, Manner, Reading, Write};
use crate::model::{Boundary, EngineKind, Lock, ObjectId, ObjectKind, QualifiedName, Schema, Verb, Work};

pub(super) fn read(sql: &str, schema: &Schema) -> Reading {
    let words = Words::of(sql, EngineKind::Postgres);
    understood(words, schema).unwrap_or_else(|| Reading::unknown(Lock::AccessExclusive))
}

/// The relation that a name means.
pub(super) fn relation(name: &QualifiedName, schema: &Schema) -> ObjectId {
    let kinds = [ObjectKind::Table, ObjectKind::MaterializedView, ObjectKind::View];
    resolved(&kinds, name, schema, Some("public"))
}

/// Something other than a relation.
fn object(kind: ObjectKind, name: &QualifiedName, schema: &Schema) -> ObjectId {
    match kind {
        ObjectKind::Schema | ObjectKind::Extension => {
            ObjectId::new(kind, QualifiedName::bare(name.name.clone()))
        }
        _ => resolved(&[kind], name, schema, Some("public")),
    }
}

fn understood(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    if words.take("create") {
        return created(words, schema);
    }
    if words.take("drop") {
        return kinds::dropped(words, schema);
    }
    if words.take("alter") {
        return alter::altered(words, schema);
    }
    if words.take("with") {
        let writes = ["insert into", "update", "delete from", "merge into"];
        return match writes.into_iter().find(|verb| words.later(verb)) {
            Some(verb) => {
                words.find(verb).then_some(())?;
                written(verb, words, schema)
            }
            // A part in parentheses may write.
            None => Some(asked()),
        };
    }
    if let Some(verb) = words.take_any(&["insert into", "update", "delete from", "merge into", "copy"]) {
        return written(verb, words, schema);
    }
    if words.take_any(&["select", "values", "explain", "show", "fetch", "table"]).is_some() {
        return Some(asked());
    }
    if words.take_any(&["set", "reset", "discard", "notify", "listen", "checkpoint", "load"]).is_some() {
        return Some(Reading::new(Verb::Assist, None).nothing_to_undo());
    }
    if words.take("truncate") {
        return truncated(words, schema);
    }
    if words.take("comment on") {
        return kinds::commented(words, schema);
    }
    if words.take_any(&["grant", "revoke"]).is_some() {
        let id = granted(words, schema);
        return Some(Reading::new(Verb::Alter, Some(id.clone())).does(Act::Authorizes(id)));
    }
    upkeep(words, schema)
}

/// A question. What its functions do is not looked into.
fn asked() -> Reading {
    Reading::new(Verb::Assist, None).holds(Lock::AccessShare, [], Work::Catalog).nothing_to_undo()
}

fn granted(mut words: Words<'_>, schema: &Schema) -> ObjectId {
    let none = ObjectId::new(ObjectKind::Schema, QualifiedName::bare("public"));
    if !words.find("on") {
        return none;
    }
    let kind =
        match words.take_any(&["table", "sequence", "schema", "function", "procedure", "type", "domain"]) {
            Some("sequence") => ObjectKind::Sequence,
            Some("schema") => ObjectKind::Schema,
            Some("function") => ObjectKind::Function,
            Some("procedure") => ObjectKind::Procedure,
            Some("domain") => ObjectKind::Domain,
            Some("type") => ObjectKind::Type,
            Some(_) | None => return words.name().map_or(none, |name| relation(&name, schema)),
        };
    words.name().map_or(none, |name| object(kind, &name, schema))
}

fn created(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    words.take("or replace");
    let temporary = words.take_any(&["temporary", "temp", "global temporary", "local temporary"]).is_some();
    words.take("unlogged");
    if words.comes("unique index") || words.comes("index") {
        words.take("unique");
        words.take("index");
        return indexed(words, schema);
    }
    if words.take("table") {
        return table::created(words, schema, temporary);
    }
    kinds::created(words, schema)
}

fn indexed(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let manner = if words.take("concurrently") { Manner::Concurrent } else { Manner::Blocking };
    words.take("if not exists");
    // The server makes a name where there is none.
    let named = if words.comes("on") { None } else { Some(words.name()?) };
    words.take("on").then_some(())?;
    let only = words.take("only");
    let on = relation(&words.name()?, schema);
    let name = named.map_or_else(|| on.name.sibling("?".into()), |name| on.name.sibling(name.name));
    let index = ObjectId::new(ObjectKind::Index, name);
    let act = Act::CreatesIndex { on: on.clone(), index: index.clone(), manner };
    let reading = Reading::new(Verb::Create, Some(index)).does(act);
    Some(match manner {
        Manner::Concurrent => reading
            .holds(Lock::ShareUpdateExclusive, [on], Work::IndexBuild)
            .bounded(Boundary::NonTransactional),
        // ON ONLY the parent builds nothing.
        Manner::Blocking if only => reading.holds(Lock::Share, [on], Work::Catalog),
        Manner::Blocking => reading.holds(Lock::Share, [on], Work::IndexBuild),
    })
}

fn written(verb: &str, mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    words.take("only");
    let id = relation(&words.name()?, schema);
    let how = match verb {
        "delete from" => Write::Delete,
        "update" | "merge into" => Write::Update,
        _ => Write::Insert,
    };
    let rows = match how {
        Write::Insert => Reach::Some,
        Write::Update | Write::Delete if words.later("where") || verb == "merge into" => Reach::Some,
        Write::Update | Write::Delete => Reach::All,
    };
    let reading = Reading::new(Verb::Assist, Some(id.clone()))
        .holds(Lock::RowExclusive, [id.clone()], Work::Scan)
        .does(Act::Writes { table: id.clone(), how, rows });
    let known = |column| {
        let column = ObjectId::member(ObjectKind::Column, id.name.clone(), column);
        schema.objects.contains_key(&column)
    };
    Some(match how {
        Write::Insert => reading,
        // A column that the plan itself adds had no values to lose.
        Write::Update if verb == "update" && !assigned(words).into_iter().any(known) => reading,
        Write::Update => reading.loses(format!("the values of {} that it writes over", id.name)),
        Write::Delete => reading.loses(format!("the rows of {} that it deletes", id.name)),
    })
}

fn truncated(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    words.take("table");
    let mut tables = Vec::new();
    loop {
        words.take("only");
        tables.push(relation(&words.name()?, schema));
        words.take_sign("*");
        if !words.take_sign(",") {
            break;
        }
    }
    let cascade = if words.later("cascade") { Cascade::Cascade } else { Cascade::Restrict };
    let first = tables.first()?.clone();
    let reading = Reading::new(Verb::Assist, Some(first.clone()))
        .holds(Lock::AccessExclusive, tables.clone(), Work::Catalog)
        .loses(format!("the rows of {}", first.name));
    Some(reading.does(Act::Truncates { tables, cascade }))
}

/// VACUUM and its kin: no schema changes.
fn upkeep(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let assist = |id: Option<ObjectId>| Reading::new(Verb::Assist, id).nothing_to_undo();
    if words.take("vacuum") {
        let full = words.take("full") || words.later("full") || options_say(&words, "full");
        skip_options(&mut words);
        words.take_any(&["full", "freeze", "verbose", "analyze"]);
        let id = words.name().map(|name| relation(&name, schema));
        let (lock, work) = if full {
            (Lock::AccessExclusive, Work::Rewrite)
        } else {
            (Lock::ShareUpdateExclusive, Work::Scan)
        };
        let reading = assist(id.clone()).holds(lock, id.clone(), work).bounded(Boundary::NonTransactional);
        return Some(match id.filter(|_| full) {
            Some(id) => reading.does(Act::Compacts(id)),
            None => reading,
        });
    }
    if words.take("analyze") {
        skip_options(&mut words);
        words.take("verbose");
        let id = words.name().map(|name| relation(&name, schema));
        return Some(assist(id.clone()).holds(Lock::ShareUpdateExclusive, id, Work::Scan));
    }
    if words.take("cluster") {
        skip_options(&mut words);
        words.take("verbose");
        let id = relation(&words.name()?, schema);
        let reading = assist(Some(id.clone())).holds(Lock::AccessExclusive, [id.clone()], Work::Rewrite);
        return Some(reading.does(Act::Compacts(id)));
    }
    if words.take("reindex") {
        return reindexed(words, schema);
    }
    if words.take("refresh materialized view") {
        let concurrent = words.take("concurrently");
        let id = relation(&words.name()?, schema);
        let lock = if concurrent { Lock::Exclusive } else { Lock::AccessExclusive };
        return Some(assist(Some(id.clone())).holds(lock, [id], Work::Rewrite));
    }
    if words.take("lock") {
        words.take("table");
        words.take("only");
        let id = relation(&words.name()?, schema);
        return Some(assist(Some(id.clone())).holds(Lock::AccessExclusive, [id], Work::Catalog));
    }
    None
}

fn reindexed(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let mut concurrent = options_say(&words, "concurrently");
    skip_options(&mut words);
    let what = words.take_any(&["index", "table", "schema", "database", "system"])?;
    concurrent |= words.take("concurrently");
    let manner = if concurrent { Manner::Concurrent } else { Manner::Blocking };
    let name = words.name()?;
    let id = match what {
        "index" => object(ObjectKind::Index, &name, schema),
        "table" => relation(&name, schema),
        _ => ObjectId::new(ObjectKind::Schema, QualifiedName::bare(name.name)),
    };
    let reading = Reading::new(Verb::Assist, Some(id.clone()))
        .nothing_to_undo()
        .does(Act::Reindexes { what: id.clone(), manner });
    let alone = concurrent || matches!(what, "schema" | "database" | "system");
    let reading = match manner {
        Manner::Concurrent => reading.holds(Lock::ShareUpdateExclusive, [id], Work::IndexBuild),
        // SHARE on the table; readers who plan with the index wait too.
        Manner::Blocking => reading.holds(Lock::AccessExclusive, [id], Work::IndexBuild),
    };
    Some(if alone { reading.bounded(Boundary::NonTransactional) } else { reading })
}

/// Whether `(option, …)` comes next and names this option.
fn options_say(words: &Words<'_>, option: &str) -> bool {
    let mut rest = words.clone();
    if !rest.take_sign("(") {
        return false;
    }
    while !rest.is_done() && !rest.sign(")") {
        if rest.take(option) {
            return !rest.comes("false") && !rest.comes("off");
        }
        rest.skip();
    }
    false
}

fn skip_options(words: &mut Words<'_>) {
    if words.take_sign("(") {
        while !words.is_done() && !words.take_sign(")") {
            words.skip();
        }
    }
}

#[cfg(test)]
mod tests;
