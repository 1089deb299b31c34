//! Actions → statements. A table that stays changes in [`alter`]; whole objects are made, dropped and renamed here.

mod alter;
mod clause;
mod column;
mod partition;
mod program;

use std::sync::Arc;

use super::effects::{Presence, brief, draft, probe};
use super::image::Image;
use super::matrix::Way;
use super::vendor::Vendor;
use super::{is_foreign_key, table_of};
use crate::engines::{Action, Draft, Facts, Undo};
use crate::model::{
    Body, Constraint, EngineKind, Lock, LossTime, Object, ObjectKind, Phase, Sql, Verb, Work,
};
use crate::sql;

const E: EngineKind = EngineKind::MySql;

pub(super) use alter::beside;

pub(super) fn steps(action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
    match action {
        Action::Create(objects) => create(objects, facts),
        Action::Drop(objects) => objects.first().and_then(|head| remove(head, facts)).into_iter().collect(),
        Action::Alter { before, after, edits } => program::alter(before, after, edits, facts),
        Action::Rebuild { subject, before, after } => alter::steps(subject, before, after, facts),
        Action::Rename { before, after } => rename(before, after, facts),
    }
}

/// Creates an object as it stands alone.
pub(super) fn define(object: &Arc<Object>) -> Vec<Sql> {
    let id = &object.id;
    let comment = object.about.comment.as_deref();
    let sql = match &object.body {
        Body::Table(_) => {
            Image::of(std::slice::from_ref(object)).map(|image| column::create_table(&id.name, &image))
        }
        Body::Column(body) => {
            let words = column::column(id.leaf(), body, comment, None);
            Some(sql!(E; "ALTER TABLE ", &id.name, " ADD COLUMN ", &words))
        }
        Body::Constraint(constraint) => Some(
            sql!(E; "ALTER TABLE ", &id.name, " ADD ", &column::constraint(id.leaf(), &constraint.definition)),
        ),
        Body::Index(index) => {
            Some(sql!(E; "ALTER TABLE ", &id.name, " ADD ", &column::index(id.leaf(), index)))
        }
        _ => program::creating(object, object.about.owner.as_ref(), program::Making::New),
    };
    sql.into_iter().collect()
}

/// What counts towards a fingerprint: what is compared, and nothing that is only spelled otherwise.
pub(super) fn imprint(object: &Object, part: &mut dyn FnMut(&str)) {
    match &object.body {
        Body::Column(column) => {
            part(column.data_type.compared());
            let rest = format!(
                "{:?} {:?} {:?} {:?}",
                column.collation,
                column.nullability,
                column.value,
                column.options.sorted()
            );
            part(&rest);
        }
        Body::Table(table) => {
            let storage: Vec<String> =
                table.storage.sorted().iter().map(|(name, value)| format!("{name}={value}")).collect();
            part(&storage.join(" "));
            part(table.access_method.as_ref().map_or("", |engine| engine.as_str()));
            part(table.partition_by.as_ref().map_or("", |text| text.as_str()));
        }
        Body::Trigger(trigger) => {
            part(trigger.definition.compared());
            part(trigger.settings.get("sql_mode").unwrap_or_default());
        }
        Body::Routine(routine) => {
            part(routine.definition.compared());
            part(routine.settings.get("sql_mode").unwrap_or_default());
        }
        Body::Index(index) => {
            part(&format!("{:?} {:?}", index.uniqueness, index.class));
            part(index.tail.as_str());
        }
        Body::Constraint(constraint) => part(constraint.definition.as_str()),
        _ => {
            let sql = program::creating(object, None, program::Making::New);
            sql.iter().for_each(|sql| part(sql.as_str()));
        }
    }
    part(object.about.comment.as_deref().unwrap_or_default());
}

/// What fell with its head comes back with it: foreign keys and triggers have statements of their own.
fn create(objects: &[Arc<Object>], facts: &Facts<'_>) -> Vec<Draft> {
    let Some(head) = objects.first() else { return Vec::new() };
    let mut drafts = Vec::new();
    if let Body::Table(_) = &head.body {
        drafts.extend(Image::of(objects).map(|image| new_table(head, &image)));
        for object in objects.iter().skip(1) {
            let made = match &object.body {
                Body::Constraint(constraint) if is_foreign_key(constraint) => {
                    Some(add_foreign_key(object, constraint, facts))
                }
                Body::Trigger(_) => program::create(object, facts),
                _ => None,
            };
            drafts.extend(made.map(|made| made.about(&object.id).covered()));
        }
        return drafts;
    }
    drafts.extend(match &head.body {
        Body::Constraint(constraint) if is_foreign_key(constraint) => {
            Some(add_foreign_key(head, constraint, facts))
        }
        _ => program::create(head, facts),
    });
    drafts
}

fn new_table(head: &Object, image: &Image<'_>) -> Draft {
    let id = &head.id;
    let sql = column::create_table(&id.name, image);
    let draft = draft(Verb::Create, Phase::Expand, sql, "A new table; nothing uses it yet.")
        .locks(Lock::None, [id.clone()], Work::Catalog)
        .loses(LossTime::Since, format!("the rows of {}", id.name));
    Draft { probe: probe(id, Presence::There), ..draft }
}

/// With `foreign_key_checks` on the server looks at every row, and copies the table to do so.
fn add_foreign_key(object: &Object, constraint: &Constraint, facts: &Facts<'_>) -> Draft {
    let id = &object.id;
    let table = table_of(id);
    let vendor = Vendor::of(facts.version);
    let words = sql!(E; "ADD ", &column::constraint(id.leaf(), &constraint.definition));
    let target = constraint
        .references
        .iter()
        .map(|(target, _)| crate::model::ObjectId::new(ObjectKind::Table, target.clone()));
    let fresh = facts.fresh.contains(&table);
    let (lock, work, reason) = match fresh {
        true => (Lock::None, Work::Catalog, "The table is new and empty: there is nothing to check."),
        false => (
            Lock::Share,
            Work::Rewrite,
            "Checks every row, and copies the table to do so; writers wait until it is done.",
        ),
    };
    let on: Vec<_> = std::iter::once(table.clone()).chain(target).collect();
    let sql = alter::foreign_key(&table, words, Way::COPY, vendor);
    let draft = draft(Verb::Create, Phase::Expand, sql, reason).locks(lock, on, work).about(id);
    Draft { probe: probe(id, Presence::There), ..draft }
}

fn remove(object: &Object, facts: &Facts<'_>) -> Option<Draft> {
    let id = &object.id;
    let replaced = facts.to.objects.contains_key(id);
    let phase = if replaced { Phase::Switch } else { Phase::Contract };
    let reason = match replaced {
        true => "Out of the way; it is made again below.".to_owned(),
        false => format!("The {} is not wanted any more.", id.kind.word()),
    };
    let draft = match &object.body {
        Body::Constraint(constraint) if is_foreign_key(constraint) => {
            let vendor = Vendor::of(facts.version);
            let table = table_of(id);
            let from: Vec<Arc<Object>> = facts.from.objects.get(&table).cloned().into_iter().collect();
            let way = Image::of(&from).map_or(Way::COPY, |image| image.ground(vendor).drop_foreign_key());
            let sql = alter::foreign_key(&table, sql!(E; "DROP FOREIGN KEY ", id.leaf()), way, vendor);
            draft(Verb::Drop, phase, sql, reason).locks(way.lock(), [table], Work::Catalog).about(id)
        }
        Body::Table(_) | Body::Opaque(_) => {
            brief(Verb::Drop, phase, sql!(E; "DROP TABLE ", &id.name), id, reason)
                .loses(LossTime::Forward, format!("the rows of {}", id.name))
        }
        Body::View(_) | Body::Routine(_) | Body::Trigger(_) | Body::Sequence(_) => {
            brief(Verb::Drop, phase, program::drop_sql(object), id, reason)
        }
        // Goes with its table.
        _ => return None,
    };
    Some(Draft { probe: probe(id, Presence::Gone), ..draft })
}

fn rename(before: &Object, after: &Object, facts: &Facts<'_>) -> Vec<Draft> {
    let (old, new) = (&before.id, &after.id);
    let vendor = Vendor::of(facts.version);
    let table = table_of(new);
    let altered = |words: Sql, way: Way| {
        let sql = alter::foreign_key(&table, words, way, vendor);
        draft(Verb::Rename, Phase::Switch, sql, "Renames where it stands: no row is touched.").locks(
            way.lock(),
            [table.clone()],
            Work::Catalog,
        )
    };
    let ground = |facts: &Facts<'_>| {
        let held: Vec<Arc<Object>> = facts.from.objects.get(&table).cloned().into_iter().collect();
        Image::of(&held).map(|image| image.ground(vendor))
    };
    match &after.body {
        Body::Table(_) | Body::View(_) | Body::Sequence(_) | Body::Opaque(_) => {
            let sql = sql!(E; "RENAME TABLE ", &old.name, " TO ", &new.name);
            let draft = brief(
                Verb::Rename,
                Phase::Switch,
                sql,
                new,
                "Renames where it stands; privileges on it stay with the old name.",
            );
            vec![Draft { probe: probe(new, Presence::There), ..draft }]
        }
        Body::Column(body) => {
            let way = ground(facts).map_or(Way::COPY, |ground| ground.rename_column());
            let words = if vendor.renames_columns() {
                sql!(E; "RENAME COLUMN ", old.leaf(), " TO ", new.leaf())
            } else {
                let comment = after.about.comment.as_deref();
                sql!(E; "CHANGE COLUMN ", old.leaf(), " ", &column::column(new.leaf(), body, comment, None))
            };
            vec![altered(words, way)]
        }
        Body::Index(_) => {
            let way = ground(facts).map_or(Way::COPY, |ground| ground.show_index());
            vec![altered(sql!(E; "RENAME INDEX ", old.leaf(), " TO ", new.leaf()), way)]
        }
        // Nothing renames these: they are dropped and made again.
        _ => {
            let made = facts.to.objects.get(new).map_or(after, AsRef::as_ref);
            let reason = "The server cannot rename this: it is dropped and made again.";
            let drop = remove(before, facts);
            let create = create(std::slice::from_ref(&Arc::new(made.clone())), facts).into_iter();
            drop.into_iter()
                .map(|one| Draft { verb: Verb::Rename, reason: reason.into(), ..one })
                .chain(create.map(|one| Draft {
                    verb: Verb::Rename,
                    reason: reason.into(),
                    undo: Undo::Covered,
                    ..one
                }))
                .collect()
        }
    }
}
