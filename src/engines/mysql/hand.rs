//! Statements that a person wrote, in facts. DDL commits by itself; what ALTER TABLE does is told by its words alone,
//! and counts as a copy unless it says otherwise.

use crate::engines::reading::{Reach, Words, assigned, resolved};
use crate::engines::{Act, Manner, Reading, Write};
use crate::model::{
    Body, Boundary, EngineKind, Ident, Lock, ObjectId, ObjectKind, QualifiedName, Schema, Verb, Work,
};

use super::keeps_transactions;

pub(super) fn read(sql: &str, schema: &Schema) -> Reading {
    let words = Words::of(sql, EngineKind::MySql);
    understood(words, schema)
        .unwrap_or_else(|| Reading::unknown(Lock::AccessExclusive).bounded(Boundary::NonTransactional))
}

fn understood(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let table = |name: &QualifiedName| {
        resolved(&[ObjectKind::Table], &QualifiedName::bare(name.name.clone()), schema, None)
    };
    if words.take("create") {
        words.take("or replace");
        words.take("temporary");
        let special = words.take_any(&["unique", "fulltext", "spatial"]);
        if special.is_some() || words.comes("index") {
            words.take("index");
            let name = words.ident()?;
            words.find("on").then_some(())?;
            let on = table(&words.name()?);
            let index = ObjectId::member(ObjectKind::Index, on.name.clone(), name);
            let (lock, work) = told(&words, Lock::ShareUpdateExclusive, Work::IndexBuild);
            let manner = if lock >= Lock::Share { Manner::Blocking } else { Manner::Concurrent };
            let act = Act::CreatesIndex { on: on.clone(), index: index.clone(), manner };
            return Some(ddl(Verb::Create, index).holds(lock, [on], work).does(act));
        }
        let kind = kind_ahead(&mut words)?;
        words.take("if not exists");
        let name = words.name()?;
        if kind == ObjectKind::Trigger {
            words.find("on").then_some(())?;
            let on = table(&words.name()?);
            let id = ObjectId::member(kind, on.name.clone(), name.name);
            return Some(
                ddl(Verb::Create, id.clone())
                    .holds(Lock::Metadata, [on], Work::Catalog)
                    .does(Act::Creates(id)),
            );
        }
        let id = ObjectId::new(kind, QualifiedName::bare(name.name));
        return Some(ddl(Verb::Create, id.clone()).does(Act::Creates(id)));
    }
    if words.take("drop") {
        if words.take_any(&["database", "schema"]).is_some() {
            return Some(ddl_unknown(Act::DropsDatabase));
        }
        if words.take("index") {
            let name = words.ident()?;
            words.find("on").then_some(())?;
            let on = table(&words.name()?);
            let index = ObjectId::member(ObjectKind::Index, on.name.clone(), name);
            let act = Act::DropsIndex { index: index.clone(), manner: Manner::Concurrent };
            return Some(ddl(Verb::Drop, index).holds(Lock::Metadata, [on], Work::Catalog).does(act));
        }
        let kind = kind_ahead(&mut words)?;
        words.take("if exists");
        let id = ObjectId::new(kind, QualifiedName::bare(words.name()?.name));
        let reading = ddl(Verb::Drop, id.clone()).holds(Lock::Metadata, [id.clone()], Work::Catalog);
        return Some(match kind {
            ObjectKind::Table => reading.loses(format!("the rows of {}", id.name)).does(Act::Drops(id)),
            _ => reading.does(Act::Drops(id)),
        });
    }
    if words.take("rename table") {
        let id = table(&words.name()?);
        return Some(
            ddl(Verb::Rename, id.clone())
                .holds(Lock::Metadata, [id.clone()], Work::Catalog)
                .does(Act::Renames(id)),
        );
    }
    if words.take("truncate") {
        words.take("table");
        let id = table(&words.name()?);
        let act = Act::Truncates { tables: vec![id.clone()], cascade: crate::engines::Cascade::Restrict };
        return Some(
            ddl(Verb::Assist, id.clone())
                .holds(Lock::Metadata, [id.clone()], Work::Catalog)
                .loses(format!("the rows of {}", id.name))
                .does(act),
        );
    }
    if words.take("alter table") {
        let id = table(&words.name()?);
        return Some(altered(&words, &id));
    }
    if words.take_any(&["select", "show", "explain", "set", "do", "analyze"]).is_some() {
        return Some(Reading::new(Verb::Assist, None).nothing_to_undo().bounded(Boundary::NonTransactional));
    }
    let verb =
        words.take_any(&["insert ignore into", "insert into", "replace into", "update", "delete from"])?;
    written(verb, words, schema)
}

fn ddl(verb: Verb, subject: ObjectId) -> Reading {
    Reading::new(verb, Some(subject)).bounded(Boundary::NonTransactional)
}

fn ddl_unknown(act: Act) -> Reading {
    Reading::new(Verb::Drop, None)
        .holds(Lock::AccessExclusive, [], Work::Rewrite)
        .bounded(Boundary::NonTransactional)
        .does(act)
}

/// The kind that a CREATE or DROP names, behind definer, algorithm and security.
fn kind_ahead(words: &mut Words<'_>) -> Option<ObjectKind> {
    for _ in 0..16 {
        let kind =
            match words.take_any(&["table", "view", "trigger", "function", "procedure", "event", "sequence"])
            {
                Some("table") => ObjectKind::Table,
                Some("view") => ObjectKind::View,
                Some("trigger") => ObjectKind::Trigger,
                Some("function") => ObjectKind::Function,
                Some("procedure") => ObjectKind::Procedure,
                Some("event") => ObjectKind::Event,
                Some(_) => ObjectKind::Sequence,
                None if words.is_done() => return None,
                None => {
                    words.skip();
                    continue;
                }
            };
        return Some(kind);
    }
    None
}

/// What ALGORITHM and LOCK promise, where they are there.
fn told(words: &Words<'_>, lock: Lock, work: Work) -> (Lock, Work) {
    let says = |name: &str, value: &str| {
        let rest = words.rest();
        rest.windows(3).any(|three| {
            matches!(three, [a, "=", c] if a.eq_ignore_ascii_case(name) && c.eq_ignore_ascii_case(value))
        })
    };
    if says("algorithm", "instant") {
        return (Lock::Metadata, Work::Catalog);
    }
    if says("algorithm", "nocopy") {
        return (Lock::ShareUpdateExclusive, work.min(Work::IndexBuild));
    }
    if says("lock", "none") {
        return (Lock::ShareUpdateExclusive, work);
    }
    (lock, work)
}

fn altered(words: &Words<'_>, table: &ObjectId) -> Reading {
    let (lock, work) = told(words, Lock::Share, Work::Rewrite);
    let mut reading = ddl(Verb::Alter, table.clone()).holds(lock, [table.clone()], work);
    let column = |name| ObjectId::member(ObjectKind::Column, table.name.clone(), name);
    let mut known = true;
    for mut part in words.parts() {
        if part.take_any(&["algorithm", "lock", "comment", "engine", "default", "alter"]).is_some() {
            continue;
        }
        if part.take("rename to") || part.take("rename as") {
            reading = reading.does(Act::Renames(table.clone()));
        } else if part.take("rename column") || part.take("change column") || part.take("change") {
            if let Some(name) = part.ident() {
                reading = reading.does(Act::Renames(column(name)));
            }
        } else if part.take("drop") {
            if part.take_any(&["index", "key", "primary key", "foreign key", "constraint", "check"]).is_some()
            {
                continue;
            }
            part.take("column");
            part.take("if exists");
            if let Some(name) = part.ident() {
                let id = column(name);
                let lost = format!("the values of {}.{}", id.name, id.leaf());
                reading = reading.loses(lost).does(Act::DropsColumn(id));
            }
        } else if part.take("add") {
            let key = [
                "constraint",
                "index",
                "key",
                "unique",
                "fulltext",
                "spatial",
                "primary",
                "foreign",
                "check",
                "partition",
            ];
            if key.iter().any(|word| part.comes(word)) {
                continue;
            }
            part.take("column");
            part.take("if not exists");
            if let Some(name) = part.ident() {
                reading = reading.does(Act::AddsColumn(column(name)));
            }
        } else if part.take("modify") {
            part.take("column");
            if let Some(name) = part.ident() {
                reading = reading.does(Act::ChangesType(column(name)));
            }
        } else {
            known = false;
        }
    }
    if known { reading } else { reading.does(Act::Unknown) }
}

fn written(verb: &str, mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let name = QualifiedName::bare(words.name()?.name);
    let id = resolved(&[ObjectKind::Table], &name, schema, None);
    let how = match verb {
        "delete from" => Write::Delete,
        "update" => Write::Update,
        _ => Write::Insert,
    };
    let rows = match how {
        Write::Insert => Reach::Some,
        Write::Update | Write::Delete if words.later("where") || words.later("limit") => Reach::Some,
        Write::Update | Write::Delete => Reach::All,
    };
    let lost = match how {
        Write::Insert => None,
        Write::Update => assigned(words)
            .into_iter()
            .any(|name| {
                let column = ObjectId::member(ObjectKind::Column, id.name.clone(), name);
                schema.objects.contains_key(&column)
            })
            .then(|| format!("the values of {} that it writes over", id.name)),
        Write::Delete => Some(format!("the rows of {} that it deletes", id.name)),
    };
    let reading =
        Reading::new(Verb::Assist, Some(id.clone())).holds(Lock::RowExclusive, [id.clone()], Work::Scan);
    // Of other engines a rollback takes nothing back: then no record may stand beside it as if it did.
    let is_kept = match schema.objects.get(&id).map(|found| &found.body) {
        Some(Body::Table(table)) => {
            keeps_transactions(table.access_method.as_ref().map_or("InnoDB", Ident::as_str))
        }
        _ => true,
    };
    let reading = if is_kept { reading } else { reading.bounded(Boundary::NonTransactional) };
    let reading = match lost {
        Some(lost) => reading.loses(lost),
        None => reading,
    };
    Some(reading.does(Act::Writes { table: id, how, rows }))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::{Boundary, EngineKind, Lock, Schema, ServerVersion, Work};

    #[test]
    fn locks_and_work() {
        let text = "10.11.14-MariaDB".into();
        let schema = Schema::empty(ServerVersion { engine: EngineKind::MySql, number: (10, 11, 14), text });
        for (sql, subject, lock, work) in [
            ("CREATE TABLE `t` (a int)", "table t", Lock::None, Work::Catalog),
            ("CREATE UNIQUE INDEX i ON t (a)", "index t.i", Lock::ShareUpdateExclusive, Work::IndexBuild),
            (
                "CREATE DEFINER=`a`@`%` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
                "trigger t.g",
                Lock::Metadata,
                Work::Catalog,
            ),
            ("ALTER TABLE t ADD COLUMN b int, ALGORITHM=INSTANT", "table t", Lock::Metadata, Work::Catalog),
            ("ALTER TABLE t MODIFY a text", "table t", Lock::Share, Work::Rewrite),
            ("DROP TABLE t", "table t", Lock::Metadata, Work::Catalog),
            ("UPDATE t SET a = 1", "table t", Lock::RowExclusive, Work::Scan),
        ] {
            let reading = read(sql, &schema);
            let found = reading.subject.map(|id| id.to_string()).unwrap_or_default();
            assert_eq!(
                (found.as_str(), reading.effects.lock, reading.effects.work),
                (subject, lock, work),
                "{sql}"
            );
        }
        assert_eq!(read("ALTER TABLE t ADD b int", &schema).boundary, Boundary::NonTransactional);
        assert_eq!(read("UPDATE t SET a = 1", &schema).boundary, Boundary::Transactional);
        assert!(read("ALTER TABLE t DROP COLUMN b", &schema).loss.is_some());
    }
}
