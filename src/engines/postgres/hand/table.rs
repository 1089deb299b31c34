//! CREATE TABLE and ALTER TABLE, action by action (spec safety 1.1): the strictest lock and the most work of all
//! parts count.

use crate::engines::reading::{Words, resolved};
use crate::engines::{Act, Manner, Prebuilt, Reading};
use crate::model::{
    Boundary, ConstraintKind, Lock, ObjectId, ObjectKind, QualifiedName, Schema, Validity, Verb, Work,
};

use super::relation;

pub(super) fn created(mut words: Words<'_>, schema: &Schema, temporary: bool) -> Option<Reading> {
    words.take("if not exists");
    let name = words.name()?;
    let id = resolved(&[ObjectKind::Table], &name, schema, Some("public"));
    let reading = Reading::new(Verb::Create, Some(id.clone())).does(Act::Creates(id));
    if temporary {
        return Some(reading.nothing_to_undo());
    }
    if words.take("partition of") {
        let parent = relation(&words.name()?, schema);
        return Some(reading.holds(Lock::AccessExclusive, [parent], Work::Scan));
    }
    // A table made from a query takes as long as the query.
    Some(if words.later("as") { reading.holds(Lock::AccessShare, [], Work::Scan) } else { reading })
}

pub(super) fn altered(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    words.take("if exists");
    words.take("only");
    let id = relation(&words.name()?, schema);
    words.take_sign("*");
    let parts = words.parts();
    let mut whole: Option<Reading> = None;
    for part in parts {
        let one = action(part, &id, schema).unwrap_or_else(|| {
            Reading::new(Verb::Alter, Some(id.clone()))
                .holds(Lock::AccessExclusive, [id.clone()], Work::Rewrite)
                .does(Act::Unknown)
        });
        whole = Some(match whole {
            None => one,
            Some(before) => joined(before, one, &id),
        });
    }
    whole
}

/// Two actions of one statement.
fn joined(a: Reading, b: Reading, table: &ObjectId) -> Reading {
    let same = a.subject == b.subject && a.verb == b.verb;
    let mut joined = a.holds(b.effects.lock, b.effects.on, b.effects.work);
    if !same {
        joined.subject = Some(table.clone());
        joined.verb = Verb::Alter;
    }
    if b.boundary == Boundary::NonTransactional {
        joined.boundary = b.boundary;
    }
    joined.loss = joined.loss.or(b.loss);
    joined.acts.extend(b.acts);
    joined
}

fn action(mut words: Words<'_>, table: &ObjectId, schema: &Schema) -> Option<Reading> {
    let column = |name| ObjectId::member(ObjectKind::Column, table.name.clone(), name);
    let constraint = |name| ObjectId::member(ObjectKind::Constraint, table.name.clone(), name);
    let brief = |verb, id: ObjectId| {
        Reading::new(verb, Some(id)).holds(Lock::AccessExclusive, [table.clone()], Work::Catalog)
    };
    if words.take("add constraint") {
        let id = constraint(words.ident()?);
        return constrained(words, id, table, schema);
    }
    if ["primary key", "unique", "check", "foreign key", "exclude", "not null"]
        .iter()
        .any(|kind| words.comes(&format!("add {kind}")))
    {
        words.take("add");
        return constrained(words, constraint("?".into()), table, schema);
    }
    if words.take("add") {
        words.take("column");
        words.take("if not exists");
        let id = column(words.ident()?);
        let work = added(&words);
        let reading = Reading::new(Verb::Create, Some(id.clone()));
        return Some(reading.holds(Lock::AccessExclusive, [table.clone()], work).does(Act::AddsColumn(id)));
    }
    if words.take("drop constraint") {
        words.take("if exists");
        let id = constraint(words.ident()?);
        let reading = brief(Verb::Drop, id.clone()).does(Act::Drops(id.clone()));
        return Some(if words.take("cascade") { reading.does(Act::Cascades(id)) } else { reading });
    }
    if words.take("drop") {
        words.take("column");
        words.take("if exists");
        let id = column(words.ident()?);
        let lost = format!("the values of {}.{}", id.name, id.leaf());
        let reading = brief(Verb::Drop, id.clone()).loses(lost).does(Act::DropsColumn(id.clone()));
        return Some(if words.take("cascade") { reading.does(Act::Cascades(id)) } else { reading });
    }
    if words.take("alter constraint") {
        return Some(brief(Verb::Alter, constraint(words.ident()?)));
    }
    if words.take("alter") {
        words.take("column");
        let id = column(words.ident()?);
        return Some(of_column(words, id, table));
    }
    if words.take("validate constraint") {
        let id = constraint(words.ident()?);
        let reading = Reading::new(Verb::Validate, Some(id.clone())).nothing_to_undo();
        return Some(
            reading.holds(Lock::ShareUpdateExclusive, [table.clone()], Work::Scan).does(Act::Validates(id)),
        );
    }
    if words.take("rename constraint") {
        let id = constraint(words.ident()?);
        return Some(brief(Verb::Rename, id.clone()).does(Act::Renames(id)));
    }
    if words.take("rename to") || words.comes("set schema") {
        return Some(brief(Verb::Rename, table.clone()).does(Act::Renames(table.clone())));
    }
    if words.take("rename") {
        words.take("column");
        let id = column(words.ident()?);
        return Some(brief(Verb::Rename, id.clone()).does(Act::Renames(id)));
    }
    if words.take("attach partition") {
        let child = relation(&words.name()?, schema);
        let id = ObjectId::new(ObjectKind::Partition, child.name.clone());
        return Some(Reading::new(Verb::Create, Some(id)).holds(
            Lock::AccessExclusive,
            [child, table.clone()],
            Work::Scan,
        ));
    }
    if words.take("detach partition") {
        let child = relation(&words.name()?, schema);
        let manner = if words.take("concurrently") { Manner::Concurrent } else { Manner::Blocking };
        let id = ObjectId::new(ObjectKind::Partition, child.name.clone());
        let reading =
            Reading::new(Verb::Drop, Some(id)).does(Act::Detaches { parent: table.clone(), manner });
        return Some(match manner {
            Manner::Blocking => reading.holds(Lock::AccessExclusive, [table.clone(), child], Work::Catalog),
            Manner::Concurrent => reading
                .holds(Lock::ShareUpdateExclusive, [table.clone(), child], Work::Catalog)
                .bounded(Boundary::NonTransactional),
        });
    }
    settings(&mut words, table)
}

fn settings(words: &mut Words<'_>, table: &ObjectId) -> Option<Reading> {
    let takes =
        |lock, work| Some(Reading::new(Verb::Alter, Some(table.clone())).holds(lock, [table.clone()], work));
    let rewrites = ["set logged", "set unlogged", "set tablespace", "set access method"];
    if words.take_any(&rewrites).is_some() {
        return takes(Lock::AccessExclusive, Work::Rewrite);
    }
    let light = ["set without cluster", "cluster on", "set", "reset"];
    if words.take_any(&light).is_some() {
        return takes(Lock::ShareUpdateExclusive, Work::Catalog);
    }
    let triggers = ["enable trigger", "disable trigger", "enable always trigger", "enable replica trigger"];
    if words.take_any(&triggers).is_some() {
        return takes(Lock::ShareRowExclusive, Work::Catalog);
    }
    let secures = [
        "enable row level security",
        "disable row level security",
        "force row level security",
        "no force row level security",
        "owner to",
    ];
    if words.take_any(&secures).is_some() {
        return takes(Lock::AccessExclusive, Work::Catalog)
            .map(|reading| reading.does(Act::Authorizes(table.clone())));
    }
    let brief = [
        "inherit",
        "no inherit",
        "replica identity",
        "enable rule",
        "disable rule",
        "of",
        "not of",
        "options",
    ];
    words.take_any(&brief)?;
    takes(Lock::AccessExclusive, Work::Catalog)
}

fn of_column(mut words: Words<'_>, id: ObjectId, table: &ObjectId) -> Reading {
    let reading = Reading::new(Verb::Alter, Some(id.clone()));
    let exclusive = |reading: Reading, work| reading.holds(Lock::AccessExclusive, [table.clone()], work);
    if words.take_any(&["type", "set data type"]).is_some() {
        // Some changes need no rewrite; which they are, depends on both types.
        return exclusive(reading, Work::Rewrite).does(Act::ChangesType(id));
    }
    if words.take("set not null") {
        return exclusive(reading, Work::Scan).does(Act::RequiresValue(id));
    }
    if words.comes("set statistics")
        || (words.comes("set") && !words.later("default"))
        || words.comes("reset")
    {
        let storage = words.comes("set storage") || words.comes("set compression");
        let lock = if storage { Lock::AccessExclusive } else { Lock::ShareUpdateExclusive };
        return reading.holds(lock, [table.clone()], Work::Catalog);
    }
    exclusive(reading, Work::Catalog)
}

/// What a new column costs (P1 to P8).
fn added(words: &Words<'_>) -> Work {
    let has = |text: &str| words.later(text);
    let rewrites = has("stored")
        || has("generated always as identity")
        || has("generated by default as identity")
        || ["serial", "bigserial", "smallserial"].iter().any(|kind| has(kind))
        || calls_unknown(words);
    if rewrites {
        Work::Rewrite
    } else if has("unique") || has("primary key") {
        Work::IndexBuild
    } else if has("check") {
        Work::Scan
    } else {
        Work::Catalog
    }
}

/// Whether a default calls something that is not known to be stable.
fn calls_unknown(words: &Words<'_>) -> bool {
    let mut rest = words.clone();
    if !rest.find("default") {
        return false;
    }
    const STABLE: [&str; 9] = [
        "now",
        "transaction_timestamp",
        "statement_timestamp",
        "current_setting",
        "date_trunc",
        "lower",
        "upper",
        "coalesce",
        "to_timestamp",
    ];
    let mut before = None;
    while !rest.is_done() {
        if rest.sign("(") && before.as_ref().is_some_and(|name: &String| !STABLE.contains(&name.as_str())) {
            return true;
        }
        before = rest.clone().ident().map(|name| name.as_str().to_owned());
        // What follows the default is a constraint of the column.
        if rest.comes("check") || rest.comes("references") || rest.comes("constraint") {
            return false;
        }
        rest.skip();
    }
    false
}

fn constrained(mut words: Words<'_>, id: ObjectId, table: &ObjectId, schema: &Schema) -> Option<Reading> {
    let kinds = [
        ("primary key", ConstraintKind::PrimaryKey),
        ("unique", ConstraintKind::Unique),
        ("foreign key", ConstraintKind::ForeignKey),
        ("check", ConstraintKind::Check),
        ("exclude", ConstraintKind::Exclude),
        ("not null", ConstraintKind::NotNull),
    ];
    let (_, kind) = kinds.into_iter().find(|(word, _)| words.take(word))?;
    let validity = if words.later("not valid") { Validity::NotValid } else { Validity::Valid };
    let index = if words.later("using index")
        && matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
    {
        Prebuilt::UsesIndex
    } else {
        Prebuilt::Builds
    };
    let reading = Reading::new(Verb::Create, Some(id));
    let reading = reading.does(Act::AddsConstraint { on: table.clone(), kind, validity, index });
    Some(match kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => {
            // USING INDEX … of an exclusion constraint names a method's operator and builds all the same.
            let work = if index == Prebuilt::UsesIndex { Work::Catalog } else { Work::IndexBuild };
            reading.holds(Lock::AccessExclusive, [table.clone()], work)
        }
        ConstraintKind::ForeignKey => {
            let target = words.find("references").then(|| words.name()).flatten();
            let target = target.map(|name: QualifiedName| relation(&name, schema));
            let work = if validity == Validity::NotValid { Work::Catalog } else { Work::Scan };
            reading.holds(Lock::ShareRowExclusive, std::iter::once(table.clone()).chain(target), work)
        }
        ConstraintKind::Check | ConstraintKind::NotNull => {
            let work = if validity == Validity::NotValid { Work::Catalog } else { Work::Scan };
            reading.holds(Lock::AccessExclusive, [table.clone()], work)
        }
    })
}
