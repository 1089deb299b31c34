//! Does the application of before the migration go on running during and after it? Judged from the changes alone:
//! what breaks it for certain, and what breaks it depending on what it does. Rules weigh risk; this weighs contract.

use crate::model::{
    Aspect, Body, Change, Column, Compatibility, Constraint, ConstraintKind, EnumType, IdentityMode, Object,
    ObjectId, ObjectKind, Origin, PolicyMode, Routine, RowSecurity, Table, Uniqueness, Value, Verdict, View,
};

use super::Subject;
use super::columns::{domain_default, fills_itself, starts_empty};
use super::losses::{Then, gone};
use super::survey::{Survey, base};
use super::types::{self, TypeChange};

/// The verdict, with one reason for each change that is not harmless; certain ones first.
pub fn compatibility(subject: &Subject<'_>) -> Compatibility {
    let base = base(subject);
    let survey = Survey::new(subject, &base);
    let mut reasons: Vec<(Verdict, String)> =
        subject.changeset.changes.iter().filter_map(|change| judged(&survey, change)).collect();
    for kind in [ObjectKind::Table, ObjectKind::Column] {
        let again = gone(&survey, kind).into_iter().filter(|gone| gone.then == Then::MadeAgain);
        reasons.extend(again.filter(|gone| !is_computed(&survey, gone.id)).map(|gone| {
            (Verdict::No, format!("{} is dropped and created again: programs find it empty.", gone.id))
        }));
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.0));
    Compatibility {
        verdict: reasons.first().map_or(Verdict::Yes, |reason| reason.0),
        reasons: reasons.into_iter().map(|(_, reason)| reason.into()).collect(),
    }
}

fn is_computed(survey: &Survey<'_>, column: &ObjectId) -> bool {
    survey
        .column(&column.name, column.leaf())
        .is_some_and(|column| matches!(column.value, Value::Generated { .. }))
}

type Reason = Option<(Verdict, String)>;

fn no(reason: String) -> Reason {
    Some((Verdict::No, reason))
}

fn care(reason: String) -> Reason {
    Some((Verdict::WithCare, reason))
}

fn judged(survey: &Survey<'_>, change: &Change) -> Reason {
    match change {
        Change::Create(object) => created(survey, object),
        Change::Drop(object) => dropped(survey, object),
        Change::Rename { before, after } => renamed(before, after),
        Change::Alter { before, after, edits } => {
            let access = edits.iter().find(|edit| matches!(edit.aspect, Aspect::Privileges | Aspect::Owner));
            altered(survey, before, after).or_else(|| {
                let edit = access.filter(|_| after.id.kind != ObjectKind::Policy)?;
                let lost = revoked(before, after);
                match (edit.aspect, lost.is_empty()) {
                    (Aspect::Privileges, true) => None,
                    (Aspect::Privileges, false) => {
                        no(format!("{} is revoked on {}.", lost.join(", "), after.id))
                    }
                    _ => care(format!("{} changes its owner: rights that came with it move.", after.id)),
                }
            })
        }
    }
}

fn created(survey: &Survey<'_>, object: &Object) -> Reason {
    let id = &object.id;
    let on_old_relation = !survey.is_fresh(&survey.relation_of(id));
    match &object.body {
        Body::Column(column) if on_old_relation && column.origin == Origin::Local => {
            let required = column.nullability.is_not_null()
                && !fills_itself(column)
                && !domain_default(survey.desired, id);
            if required {
                no(format!("{id} must be given by every INSERT, and has no default."))
            } else {
                None
            }
        }
        Body::Constraint(constraint) if on_old_relation && constraint.origin == Origin::Local => {
            bound(survey, id, constraint)
        }
        Body::Index(index)
            if on_old_relation
                && index.uniqueness == Uniqueness::Unique
                && !index.columns.iter().flatten().any(|column| {
                    starts_empty(
                        survey,
                        &ObjectId::member(ObjectKind::Column, index.table.clone(), column.clone()),
                    )
                }) =>
        {
            care(format!("{id} refuses rows with the same key in {}.", index.table))
        }
        Body::Policy(policy) if on_old_relation && guarded(survey, id) => match policy.mode {
            PolicyMode::Restrictive => {
                no(format!("{id} hides rows from programs, or refuses what they write."))
            }
            PolicyMode::Permissive => {
                care(format!("{id} lets programs see rows that they did not see before."))
            }
        },
        Body::Trigger(_) if on_old_relation => care(format!("{id} runs on what programs write.")),
        Body::Partition(place) if !survey.is_fresh(&place.parent) && !survey.is_fresh(&id.name) => {
            care(format!("Rows of {} appear in {}.", id.name, place.parent))
        }
        Body::Defined(_) if id.kind == ObjectKind::Rule && on_old_relation => {
            care(format!("{id} changes what statements on {} do.", id.name))
        }
        _ if id.kind == ObjectKind::DomainConstraint && on_old_relation => {
            care(format!("{id} refuses values that were taken before."))
        }
        _ => None,
    }
}

/// A constraint that is new to programs. One on new columns alone cannot be broken by who does not know them.
fn bound(survey: &Survey<'_>, id: &ObjectId, constraint: &Constraint) -> Reason {
    let column =
        |name: &crate::model::Ident| ObjectId::member(ObjectKind::Column, id.name.clone(), name.clone());
    let columns = &constraint.columns;
    match constraint.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique => {
            let unseen = columns.iter().any(|name| starts_empty(survey, &column(name)));
            if unseen { None } else { care(format!("{id} refuses rows with the same key.")) }
        }
        ConstraintKind::ForeignKey | ConstraintKind::Check | ConstraintKind::Exclude => {
            let unseen = !columns.is_empty() && columns.iter().all(|name| survey.is_created(&column(name)));
            if unseen { None } else { care(format!("{id} refuses rows that were taken before.")) }
        }
        ConstraintKind::NotNull => None,
    }
}

fn dropped(survey: &Survey<'_>, object: &Object) -> Reason {
    let id = &object.id;
    if id.member.is_some() && survey.leaves(&id.name) {
        return None;
    }
    match &object.body {
        Body::Table(_) | Body::View(_) => no(format!("{id} is dropped: statements that name it fail.")),
        Body::Column(column) if column.origin == Origin::Inherited => None,
        Body::Column(_) => no(format!("{id} is dropped: statements that name it fail.")),
        Body::Routine(routine) if routine.returns.as_str() == "trigger" => None,
        Body::Routine(_) => no(format!("{id} is dropped: calls of it fail.")),
        Body::Schema => no(format!("{id} is dropped: names in it are no longer found.")),
        Body::Sequence(_) => no(format!("{id} is dropped: nextval on it fails.")),
        Body::Enum(_) | Body::Domain(_) | Body::Composite(_) => {
            no(format!("{id} is dropped: casts to it fail."))
        }
        Body::Extension(_) => no(format!("{id} is dropped, with the functions and types it brought.")),
        Body::Constraint(constraint) => match constraint.kind {
            ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => {
                care(format!("{id} is dropped: ON CONFLICT on its columns fails."))
            }
            ConstraintKind::ForeignKey | ConstraintKind::Check | ConstraintKind::NotNull => {
                care(format!("{id} is dropped: what it kept out can be written."))
            }
        },
        Body::Index(index) if survey.leaves(&index.table) => None,
        Body::Index(index) if index.uniqueness == Uniqueness::Unique => {
            care(format!("{id} is dropped: ON CONFLICT on its columns fails."))
        }
        Body::Index(_) => care(format!("{id} is dropped: queries that use it become slow.")),
        Body::Policy(policy) if guarded(survey, id) => match policy.mode {
            PolicyMode::Permissive => no(format!("{id} is dropped: rows that it showed disappear.")),
            PolicyMode::Restrictive => care(format!("{id} is dropped: rows that it hid appear.")),
        },
        Body::Trigger(_) => care(format!("{id} is dropped: what it did to written rows is not done.")),
        Body::Partition(place) if !survey.leaves(&place.parent) && !survey.leaves(&id.name) => {
            care(format!("Rows of {} disappear from {}.", id.name, place.parent))
        }
        _ => None,
    }
}

fn renamed(before: &Object, after: &Object) -> Reason {
    match (&before.body, &after.body) {
        (Body::Enum(_), Body::Enum(_)) if before.id == after.id => {
            no(format!("A label of {} gets another name: programs that use the old one fail.", after.id))
        }
        (Body::Index(_) | Body::Trigger(_) | Body::Policy(_), _) => None,
        (Body::Constraint(_), _) => care(format!(
            "{} gets another name: ON CONFLICT ON CONSTRAINT and error handling miss it.",
            before.id
        )),
        _ => no(format!("{} becomes {}: statements that use the old name fail.", before.id, after.id.leaf())),
    }
}

fn altered(survey: &Survey<'_>, before: &Object, after: &Object) -> Reason {
    let id = &after.id;
    match (&before.body, &after.body) {
        (Body::Column(a), Body::Column(b)) if b.origin == Origin::Local => column(survey, id, a, b),
        (Body::Table(a), Body::Table(b)) => table(id, a, b),
        (Body::View(a), Body::View(b)) => view(id, a, b),
        (Body::Routine(a), Body::Routine(b)) => routine(id, a, b),
        (Body::Enum(a), Body::Enum(b)) => labels(id, a, b),
        (Body::Constraint(a), Body::Constraint(b)) if a.definition != b.definition => {
            bound(survey, id, b).or_else(|| care(format!("{id} changes.")))
        }
        (Body::Index(a), Body::Index(b))
            if b.uniqueness == Uniqueness::Unique && (a.uniqueness != b.uniqueness || a.tail != b.tail) =>
        {
            care(format!("{id} refuses rows with the same key in {}.", b.table))
        }
        (Body::Policy(a), Body::Policy(b)) if a != b && guarded(survey, id) => {
            no(format!("{id} changes: rows appear or disappear for programs."))
        }
        (Body::Trigger(a), Body::Trigger(b)) if a != b => {
            care(format!("{id} does something else to written rows."))
        }
        (Body::Domain(a), Body::Domain(b)) if a != b => {
            care(format!("{id} changes: values of it may be refused."))
        }
        (Body::Composite(a), Body::Composite(b)) if a != b => {
            no(format!("{id} has other attributes: programs that take it apart fail."))
        }
        (Body::Sequence(a), Body::Sequence(b)) if a != b => {
            care(format!("{id} gives other numbers: programs may count on its step."))
        }
        (Body::Extension(a), Body::Extension(b)) if a != b => {
            care(format!("{id} gets another version: its functions may behave differently."))
        }
        (Body::Partition(a), Body::Partition(b)) if a != b => care(format!("{id} takes other rows.")),
        _ => None,
    }
}

fn column(survey: &Survey<'_>, id: &ObjectId, before: &Column, after: &Column) -> Reason {
    if before.data_type != after.data_type && survey.is_sqlite() {
        // SQLite keeps values as they are; the declared type only leans on new ones.
        let (a, b) = (&before.data_type, &after.data_type);
        return care(format!("{id} changes from {a} to {b}: new values may be stored in another form."));
    }
    if before.data_type != after.data_type {
        let (a, b) = (before.data_type.as_str(), after.data_type.as_str());
        match types::change(survey.engine(), a, b) {
            TypeChange::Same => {}
            TypeChange::Widens => {
                return care(format!(
                    "{id} widens from {a} to {b}: programs may not hold the larger values."
                ));
            }
            TypeChange::Narrows(_) => {
                return no(format!("{id} narrows from {a} to {b}: larger values are refused."));
            }
            TypeChange::Converts | TypeChange::MayFail | TypeChange::Unknown => {
                return no(format!("{id} changes from {a} to {b}: programs read and write another type."));
            }
        }
    }
    let always =
        |value: &Value| matches!(value, Value::Identity(identity) if identity.mode == IdentityMode::Always);
    match (&before.value, &after.value) {
        (a, b) if a == b => {}
        (_, Value::Generated { .. }) => {
            return no(format!("{id} is computed: INSERTs that give a value fail."));
        }
        (a, b) if always(b) && !always(a) => {
            return no(format!("{id} is always generated: INSERTs that give a value fail."));
        }
        (Value::Default(_) | Value::Identity(_), Value::Plain) if after.nullability.is_not_null() => {
            return no(format!("{id} loses its default: INSERTs that leave it out fail."));
        }
        (Value::Default(_) | Value::Identity(_) | Value::Generated { .. }, Value::Plain) => {
            return care(format!("{id} loses its default: INSERTs that leave it out write NULL."));
        }
        (Value::Default(_), Value::Default(_)) => {
            return care(format!("{id} changes its default: old and new programs write different values."));
        }
        (Value::Plain | Value::Default(_) | Value::Identity(_) | Value::Generated { .. }, _) => {}
    }
    match (before.nullability.is_not_null(), after.nullability.is_not_null()) {
        (false, true) => care(format!("{id} must have a value: programs that write NULL fail.")),
        (true, false) => care(format!("{id} may hold NULL: programs that read it may not expect that.")),
        (false, false) | (true, true) => {
            if before.collation == after.collation {
                None
            } else {
                care(format!("{id} sorts and compares by another collation."))
            }
        }
    }
}

fn table(id: &ObjectId, before: &Table, after: &Table) -> Reason {
    let on = |state: RowSecurity| matches!(state, RowSecurity::Enabled | RowSecurity::Forced);
    match (on(before.row_security), on(after.row_security)) {
        (false, true) => no(format!("Row security of {id} is switched on: rows disappear for programs.")),
        (true, false) => care(format!("Row security of {id} is switched off: programs see all rows.")),
        (true, true) if before.row_security != after.row_security => {
            care(format!("Row security of {id} changes for its owner."))
        }
        (true, true) | (false, false) => None,
    }
}

fn view(id: &ObjectId, before: &View, after: &View) -> Reason {
    let kept = before
        .columns
        .iter()
        .zip(&after.columns)
        .all(|(old, new)| old.name == new.name && old.data_type == new.data_type);
    if !kept || after.columns.len() < before.columns.len() {
        return no(format!("{id} gives other columns."));
    }
    if before.query != after.query { care(format!("{id} may give other rows.")) } else { None }
}

fn routine(id: &ObjectId, before: &Routine, after: &Routine) -> Reason {
    let names = |routine: &Routine| -> Vec<_> {
        routine.arguments.iter().map(|argument| (argument.name.clone(), argument.mode.clone())).collect()
    };
    let demands = before
        .arguments
        .iter()
        .zip(&after.arguments)
        .any(|(old, new)| old.default.is_some() && new.default.is_none());
    if before.returns != after.returns || names(before) != names(after) || demands {
        return no(format!("{id} is called or answers in another way."));
    }
    if before.definition != after.definition {
        care(format!("{id} may answer something else."))
    } else {
        None
    }
}

fn labels(id: &ObjectId, before: &EnumType, after: &EnumType) -> Reason {
    if before.labels.iter().any(|label| !after.labels.contains(label)) {
        return no(format!("{id} loses a label: programs that use it fail."));
    }
    care(format!("{id} has other labels, or another order: programs may not know them."))
}

/// The policy counts: row security of its table is on, before or after.
fn guarded(survey: &Survey<'_>, policy: &ObjectId) -> bool {
    let on = |table: &Table| matches!(table.row_security, RowSecurity::Enabled | RowSecurity::Forced);
    survey.table(&policy.name).is_some_and(on)
        || super::survey::table(survey.desired, &policy.name).is_some_and(on)
}

/// What somebody other than the owner could do before and cannot any more.
fn revoked(before: &Object, after: &Object) -> Vec<String> {
    let (Some(old), Some(new)) = (&before.about.grants, &after.about.grants) else { return Vec::new() };
    old.iter()
        .filter(|grant| {
            !new.iter().any(|other| other.grantee == grant.grantee && other.privilege == grant.privilege)
        })
        .map(|grant| {
            let grantee = grant.grantee.as_ref().map_or("PUBLIC", |role| role.as_str());
            format!("{} from {grantee}", grant.privilege)
        })
        .collect()
}
