//! Statements that a person wrote, in facts. Every one that writes holds the one write lock of the file.

use crate::engines::reading::{Reach, Words, assigned, resolved};
use crate::engines::{Act, Manner, Reading, Write};
use crate::model::{Boundary, EngineKind, Lock, ObjectId, ObjectKind, QualifiedName, Schema, Verb, Work};

pub(super) fn read(sql: &str, schema: &Schema) -> Reading {
    let words = Words::of(sql, EngineKind::Sqlite);
    understood(words, schema).unwrap_or_else(|| Reading::unknown(Lock::Database))
}

fn understood(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let object = |kind: ObjectKind, name: &QualifiedName| {
        resolved(&[kind], &QualifiedName::bare(name.name.clone()), schema, None)
    };
    let table = |name: &QualifiedName| object(ObjectKind::Table, name);
    if words.take("create") {
        words.take_any(&["temp", "temporary"]);
        words.take("unique");
        words.take("virtual");
        let kind = kind(&mut words)?;
        words.take("if not exists");
        let name = words.name()?;
        return match kind {
            ObjectKind::Index => {
                words.take("on").then_some(())?;
                let on = table(&words.name()?);
                let index = object(kind, &name);
                let act =
                    Act::CreatesIndex { on: on.clone(), index: index.clone(), manner: Manner::Blocking };
                Some(
                    Reading::new(Verb::Create, Some(index))
                        .holds(Lock::Database, [on], Work::IndexBuild)
                        .does(act),
                )
            }
            ObjectKind::Trigger => {
                words.find("on").then_some(())?;
                let on = words.name()?;
                let id = ObjectId::member(ObjectKind::Trigger, table(&on).name.clone(), name.name);
                Some(made(Verb::Create, id.clone(), Work::Catalog).does(Act::Creates(id)))
            }
            _ => {
                let id = object(kind, &name);
                // A table made from a query takes as long as the query.
                let work =
                    if words.take("as") && kind == ObjectKind::Table { Work::Rewrite } else { Work::Catalog };
                Some(made(Verb::Create, id.clone(), work).does(Act::Creates(id)))
            }
        };
    }
    if words.take("drop") {
        let kind = kind(&mut words)?;
        words.take("if exists");
        let name = words.name()?;
        let id = match kind {
            ObjectKind::Trigger => trigger(&name, schema),
            _ => object(kind, &name),
        };
        let reading = made(Verb::Drop, id.clone(), Work::Catalog);
        return Some(match kind {
            ObjectKind::Table => reading.loses(format!("the rows of {}", id.name)).does(Act::Drops(id)),
            ObjectKind::Index => reading.does(Act::DropsIndex { index: id, manner: Manner::Blocking }),
            _ => reading.does(Act::Drops(id)),
        });
    }
    if words.take("alter table") {
        let id = table(&words.name()?);
        return altered(words, &id);
    }
    if words.take("with") {
        let verb = ["insert into", "replace into", "update", "delete from"]
            .into_iter()
            .find(|verb| words.later(verb));
        match verb {
            Some(verb) => {
                words.find(verb).then_some(())?;
                return written(verb, words, schema);
            }
            None => return Some(asked()),
        }
    }
    if words.take_any(&["select", "values", "explain"]).is_some() {
        return Some(asked());
    }
    let writes = [
        "insert or replace into",
        "insert or ignore into",
        "insert into",
        "replace into",
        "update or replace",
        "update or ignore",
        "update",
        "delete from",
    ];
    if let Some(verb) = words.take_any(&writes) {
        return written(verb, words, schema);
    }
    if words.take("pragma") || words.take_any(&["attach", "detach"]).is_some() {
        return Some(asked().bounded(Boundary::NonTransactional));
    }
    if words.take("vacuum") {
        let reading = Reading::new(Verb::Assist, None).holds(Lock::Database, [], Work::Rewrite);
        return Some(reading.bounded(Boundary::NonTransactional).nothing_to_undo());
    }
    if words.take_any(&["reindex", "analyze"]).is_some() {
        return Some(
            Reading::new(Verb::Assist, None).holds(Lock::Database, [], Work::IndexBuild).nothing_to_undo(),
        );
    }
    None
}

fn kind(words: &mut Words<'_>) -> Option<ObjectKind> {
    Some(match words.take_any(&["table", "index", "view", "trigger"])? {
        "table" => ObjectKind::Table,
        "index" => ObjectKind::Index,
        "view" => ObjectKind::View,
        _ => ObjectKind::Trigger,
    })
}

/// A trigger is named without its table.
fn trigger(name: &QualifiedName, schema: &Schema) -> ObjectId {
    let is = |id: &&ObjectId| {
        id.kind == ObjectKind::Trigger && id.leaf().as_str().eq_ignore_ascii_case(name.name.as_str())
    };
    schema
        .objects
        .keys()
        .find(is)
        .cloned()
        .unwrap_or_else(|| ObjectId::member(ObjectKind::Trigger, QualifiedName::bare("?"), name.name.clone()))
}

fn made(verb: Verb, id: ObjectId, work: Work) -> Reading {
    let on = match id.member {
        Some(_) => ObjectId::new(ObjectKind::Table, id.name.clone()),
        None => id.clone(),
    };
    Reading::new(verb, Some(id)).holds(Lock::Database, [on], work)
}

fn asked() -> Reading {
    Reading::new(Verb::Assist, None).nothing_to_undo()
}

fn altered(mut words: Words<'_>, table: &ObjectId) -> Option<Reading> {
    let column = |name| ObjectId::member(ObjectKind::Column, table.name.clone(), name);
    if words.take("rename to") {
        return Some(made(Verb::Rename, table.clone(), Work::Catalog).does(Act::Renames(table.clone())));
    }
    if words.take("rename") {
        words.take("column");
        let id = column(words.ident()?);
        return Some(made(Verb::Rename, id.clone(), Work::Catalog).does(Act::Renames(id)));
    }
    if words.take("add") {
        words.take("column");
        let id = column(words.ident()?);
        let work = if words.later("check") { Work::Scan } else { Work::Catalog };
        // SQLite shows the table as what was altered.
        let reading =
            Reading::new(Verb::Create, Some(table.clone())).holds(Lock::Database, [table.clone()], work);
        return Some(reading.does(Act::AddsColumn(id)));
    }
    if words.take("drop") {
        words.take("column");
        let id = column(words.ident()?);
        let lost = format!("the values of {}.{}", id.name, id.leaf());
        return Some(made(Verb::Drop, id.clone(), Work::Rewrite).loses(lost).does(Act::DropsColumn(id)));
    }
    None
}

fn written(verb: &str, mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let name = QualifiedName::bare(words.name()?.name);
    let id = resolved(&[ObjectKind::Table], &name, schema, None);
    let how = match verb {
        "delete from" => Write::Delete,
        verb if verb.starts_with("update") => Write::Update,
        _ => Write::Insert,
    };
    let rows = match how {
        Write::Insert => Reach::Some,
        Write::Update | Write::Delete if words.later("where") || words.later("limit") => Reach::Some,
        Write::Update | Write::Delete => Reach::All,
    };
    let reading = made(Verb::Assist, id.clone(), Work::Scan);
    let lost = match how {
        Write::Insert => None,
        // A column that the plan itself adds had no values to lose.
        Write::Update => assigned(words)
            .into_iter()
            .any(|column| {
                let column = ObjectId::member(ObjectKind::Column, id.name.clone(), column);
                schema.objects.contains_key(&column)
            })
            .then(|| format!("the values of {} that it writes over", id.name)),
        Write::Delete => Some(format!("the rows of {} that it deletes", id.name)),
    };
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
        use Work::{Catalog, IndexBuild, Rewrite, Scan};
        let version = ServerVersion { engine: EngineKind::Sqlite, number: (3, 40, 1), text: "".into() };
        let schema = Schema::empty(version);
        for (sql, subject, lock, work) in [
            ("CREATE TABLE t (a)", "table t", Lock::Database, Catalog),
            ("CREATE UNIQUE INDEX IF NOT EXISTS main.i ON t (a)", "index i", Lock::Database, IndexBuild),
            (
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
                "trigger t.g",
                Lock::Database,
                Catalog,
            ),
            ("ALTER TABLE t ADD c", "table t", Lock::Database, Catalog),
            ("ALTER TABLE t DROP COLUMN [c d]", "column t.c d", Lock::Database, Rewrite),
            ("ALTER TABLE t RENAME a TO b", "column t.a", Lock::Database, Catalog),
            ("UPDATE t SET a = 1", "table t", Lock::Database, Scan),
            ("INSERT OR IGNORE INTO t VALUES (1)", "table t", Lock::Database, Scan),
            ("SELECT 1", "", Lock::None, Catalog),
            ("FROBNICATE", "", Lock::Database, Rewrite),
        ] {
            let reading = read(sql, &schema);
            let found = reading.subject.map(|id| id.to_string()).unwrap_or_default();
            assert_eq!(
                (found.as_str(), reading.effects.lock, reading.effects.work),
                (subject, lock, work),
                "{sql}"
            );
        }
        for sql in ["VACUUM", "PRAGMA user_version = 3", "ATTACH 'x' AS y"] {
            assert_eq!(read(sql, &schema).boundary, Boundary::NonTransactional, "{sql}");
        }
    }
}
