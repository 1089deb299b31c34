//! What depends on what. SQLite keeps no dependencies, so the names in a stored text decide: that finds too many
//! rather than too few, and one too many costs a view that is made again, not a failed plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::constraint::words;
use super::token::{Token, folded, tokens};
use crate::model::{Body, Ident, Object, ObjectId, ObjectKind, QualifiedName, Schema};

/// Tables and views by their folded names, with their columns.
#[derive(Default)]
pub(super) struct Relations(BTreeMap<String, (ObjectId, Vec<Ident>)>);

impl Relations {
    pub fn add(&mut self, id: ObjectId, columns: Vec<Ident>) {
        self.0.insert(folded(id.name.name.as_str()), (id, columns));
    }

    fn find(&self, name: &QualifiedName) -> Option<&ObjectId> {
        self.0.get(&folded(name.name.as_str())).map(|(id, _)| id)
    }

    fn column(&self, name: &QualifiedName, column: &str) -> Option<ObjectId> {
        let (id, columns) = self.0.get(&folded(name.name.as_str()))?;
        let known = columns.iter().find(|known| known.as_str().eq_ignore_ascii_case(column))?;
        Some(ObjectId::member(ObjectKind::Column, id.name.clone(), known.clone()))
    }

    /// The relations that a text names, and of their columns those it names or takes with a star.
    fn mentioned(&self, text: &str, found: &mut BTreeSet<ObjectId>) {
        let words = words(text);
        for word in &words {
            let Some((id, columns)) = self.0.get(word) else { continue };
            found.insert(id.clone());
            // `*` and INSERT without a list take every column.
            let all = text.contains('*') || words.contains("insert");
            let columns = columns.iter().filter(|column| all || words.contains(&folded(column.as_str())));
            found.extend(
                columns.map(|column| ObjectId::member(ObjectKind::Column, id.name.clone(), column.clone())),
            );
        }
    }
}

pub(super) fn depends(
    objects: &BTreeMap<ObjectId, Arc<Object>>,
    relations: &Relations,
) -> Vec<(ObjectId, ObjectId)> {
    let mut found = Vec::new();
    for (id, object) in objects {
        let mut needs = BTreeSet::new();
        match &object.body {
            Body::Column(_) => needs.extend(relations.find(&id.name).cloned()),
            Body::Constraint(constraint) => {
                needs.extend(relations.find(&id.name).cloned());
                let columns = constraint.columns.iter();
                needs.extend(columns.filter_map(|column| relations.column(&id.name, column.as_str())));
                if let Some((table, columns)) = &constraint.references {
                    needs.extend(relations.find(table).cloned());
                    let columns = columns.iter();
                    needs.extend(columns.filter_map(|column| relations.column(table, column.as_str())));
                }
            }
            Body::Index(index) => {
                needs.extend(relations.find(&index.table).cloned());
                let words = words(index.tail.as_str());
                needs.extend(words.iter().filter_map(|word| relations.column(&index.table, word)));
            }
            Body::View(view) => relations.mentioned(view.query.as_str(), &mut needs),
            Body::Trigger(trigger) => {
                needs.extend(relations.find(&id.name).cloned());
                relations.mentioned(trigger.definition.as_str(), &mut needs);
            }
            Body::Opaque(opaque) if opaque.why.as_ref() == super::introspect::SHADOW => {
                needs.extend(owner(id, objects.values().map(Arc::as_ref)));
            }
            // An external-content table of a full-text index, and the like.
            Body::Opaque(opaque) => relations.mentioned(opaque.text.as_str(), &mut needs),
            _ => {}
        }
        needs.remove(id);
        // The schema's own identities, so that each is held once. Both levels are sorted, and so is the whole.
        let there = needs.iter().filter_map(|needed| objects.get_key_value(needed));
        found.extend(there.map(|(needed, _)| (id.clone(), needed.clone())));
    }
    found
}

/// The virtual table whose data a shadow table keeps: the longest name that begins its own.
pub(super) fn owner<'a>(shadow: &ObjectId, objects: impl Iterator<Item = &'a Object>) -> Option<ObjectId> {
    let name = folded(shadow.name.name.as_str());
    objects
        .filter(|object| {
            matches!(&object.body, Body::Opaque(opaque) if opaque.why.as_ref() == super::introspect::VIRTUAL)
        })
        .map(|object| &object.id)
        .filter(|id| name.starts_with(&format!("{}_", folded(id.name.name.as_str()))))
        .max_by_key(|id| id.name.name.as_str().len())
        .cloned()
}

/// Whether a view or trigger reads from something that is not there. SQLite keeps such a text, and then refuses to
/// drop or rename any column of any table.
pub(super) fn has_broken_text(schema: &Schema) -> bool {
    let relations: BTreeSet<String> = schema
        .objects
        .keys()
        .filter(|id| matches!(id.kind, ObjectKind::Table | ObjectKind::View))
        .map(|id| folded(id.name.name.as_str()))
        .collect();
    schema.objects.values().any(|object| match &object.body {
        Body::View(view) => is_broken(view.query.as_str(), &relations),
        Body::Trigger(trigger) => is_broken(trigger.definition.as_str(), &relations),
        _ => false,
    })
}

fn is_broken(text: &str, relations: &BTreeSet<String>) -> bool {
    let all = tokens(text);
    // The names that WITH makes are not looked for.
    if all.iter().any(|token| token.is("with")) {
        return false;
    }
    let own = |name: &str| ["sqlite_", "pragma_", "json_"].iter().any(|start| name.starts_with(start));
    (0..all.len()).any(|at| {
        let reads = (all[at].is("from") || all[at].is("join"))
            && !at.checked_sub(1).is_some_and(|before| all[before].is("distinct"));
        let qualified = all.get(at + 2).is_some_and(|token| token.is("."));
        let name = if qualified { at + 3 } else { at + 1 };
        let called = all.get(name + 1).is_some_and(|token| token.is("("));
        let name = all.get(name).and_then(Token::name).map(|name| folded(&name));
        reads && !called && name.is_some_and(|name| !relations.contains(&name) && !own(&name))
    })
}

/// The parts of one kind of a table.
pub(super) fn parts<'a>(
    schema: &'a Schema,
    kind: ObjectKind,
    table: &'a QualifiedName,
) -> impl Iterator<Item = &'a Object> {
    let first = ObjectId::new(kind, table.clone());
    schema
        .objects
        .range(first..)
        .take_while(move |(id, _)| id.kind == kind && id.name == *table)
        .map(|(_, object)| object.as_ref())
}
