//! A schema made anew in an empty scratch database, by the same planner and runner that production gets. What the
//! scratch server cannot make is left out with all that needs it, and named.

use std::collections::{BTreeMap, BTreeSet};

use crate::connect::WireErrorKind;
use crate::connect::scratch::{ScratchDatabase, Workshop};
use crate::diff::{DiffOptions, Privileges, diff};
use crate::engines::{Dialect, introspect};
use crate::model::{Body, Failure, FailureKind, Ident, ObjectId, ObjectKind, Plan, Schema};
use crate::planner::{PlanError, PlanOptions, plan};

use super::load::scratch_failure;
use super::run::{ApplyFailure, apply, statements};

/// How many times something is left out before the whole is given up.
const PATIENCE: usize = 12;

/// A scratch database with a schema in it.
pub(super) struct Built {
    pub(super) database: ScratchDatabase,
    /// As it reads there.
    pub(super) schema: Schema,
    /// What could not be made, and why.
    pub(super) missing: BTreeMap<ObjectId, String>,
}

/// Why a try did not work.
enum Setback {
    /// This object stands in the way.
    Object(ObjectId, String),
    Whole(Failure),
}

pub(super) async fn build(
    dialect: &dyn Dialect,
    workshop: &mut Workshop,
    schema: &Schema,
    privileges: Privileges,
) -> Result<Built, Failure> {
    let roles: Vec<Ident> = roles(schema).into_iter().collect();
    workshop.ensure_roles(&roles).await.map_err(|error| scratch_failure(&error))?;
    let mut missing: BTreeMap<ObjectId, String> = BTreeMap::new();
    for _ in 0..PATIENCE {
        let wanted = without(schema, &mut missing);
        let mut database = workshop.database().await.map_err(|error| scratch_failure(&error))?;
        match fill(dialect, &mut database, &wanted, privileges).await {
            Ok(schema) => return Ok(Built { database, schema, missing }),
            Err(setback) => {
                workshop.discard(database).await.map_err(|error| scratch_failure(&error))?;
                match setback {
                    Setback::Object(id, reason) if !missing.contains_key(&id) => {
                        missing.insert(id, reason);
                    }
                    Setback::Object(id, reason) => {
                        return Err(Failure::new(
                            FailureKind::Server,
                            format!("{id} cannot be made: {reason}"),
                        ));
                    }
                    Setback::Whole(failure) => return Err(failure),
                }
            }
        }
    }
    let first = missing.iter().next().map(|(id, reason)| format!("{id}: {reason}")).unwrap_or_default();
    let count = missing.len();
    Err(Failure::new(
        FailureKind::Server,
        format!("{count} objects cannot be made on scratch, such as {first}"),
    ))
}

async fn fill(
    dialect: &dyn Dialect,
    database: &mut ScratchDatabase,
    wanted: &Schema,
    privileges: Privileges,
) -> Result<Schema, Setback> {
    let connection = database.connection.as_mut();
    let fresh = read(dialect, connection).await.map_err(Setback::Whole)?;
    let changes = diff(&fresh, wanted, &DiffOptions { privileges, renames: Vec::new() });
    let options = PlanOptions { name: "scratch".into(), privileges, ..PlanOptions::default() };
    let plan = plan(dialect, &fresh, wanted, &changes, &options).map_err(|error| match error {
        PlanError::Refused { object, reason } => Setback::Object(object, reason.into()),
    })?;
    let frame = dialect.frame(&plan.steps);
    match apply(dialect, connection, &statements(&plan.steps), &frame).await {
        Ok(()) => read(dialect, connection).await.map_err(Setback::Whole),
        Err(failure) if failure.error.kind == WireErrorKind::Statement => {
            let words = told(&plan, &failure);
            Err(match plan.steps.get(failure.at) {
                Some(step) => Setback::Object(step.subject.clone(), words),
                None => Setback::Whole(Failure::new(FailureKind::Server, words)),
            })
        }
        Err(failure) => Err(Setback::Whole(scratch_failure(&failure.error))),
    }
}

/// Reads a scratch database.
pub(super) async fn read(
    dialect: &dyn Dialect,
    connection: &mut dyn crate::connect::Connection,
) -> Result<Schema, Failure> {
    introspect(dialect, connection).await.map_err(|error| {
        Failure::new(FailureKind::Internal, format!("reading the scratch database: {error}"))
    })
}

/// A refused statement in a sentence: which step, what was sent, the server's words.
pub(super) fn told(plan: &Plan, failure: &ApplyFailure) -> String {
    let subject = plan.steps.get(failure.at).map(|step| step.subject.to_string()).unwrap_or_default();
    let mut words = format!("step {} ({subject}): {}", failure.at + 1, failure.error.message);
    if let Some(detail) = &failure.error.detail {
        words.push_str(&format!(" ({detail})"));
    }
    words.push_str(&format!(": {}", failure.sql));
    words
}

/// The schema without some objects, and without what needs them; `missing` grows by those.
pub(super) fn without(schema: &Schema, missing: &mut BTreeMap<ObjectId, String>) -> Schema {
    if missing.is_empty() {
        return schema.clone();
    }
    loop {
        let mut more: BTreeMap<ObjectId, String> = BTreeMap::new();
        for (dependent, needed) in &schema.depends {
            if missing.contains_key(needed) && !missing.contains_key(dependent) {
                more.insert(dependent.clone(), format!("it needs {needed}"));
            }
        }
        let whole: BTreeSet<_> = missing.keys().filter(|id| id.member.is_none()).map(|id| &id.name).collect();
        for (id, object) in &schema.objects {
            let holder = match &object.body {
                Body::Index(index) => Some(&index.table),
                _ if id.member.is_some() || id.kind == ObjectKind::Partition => Some(&id.name),
                _ => None,
            };
            if let Some(holder) = holder.filter(|holder| whole.contains(holder))
                && !missing.contains_key(id)
            {
                more.insert(id.clone(), format!("it is part of {holder}"));
            }
        }
        if more.is_empty() {
            break;
        }
        missing.extend(more);
    }
    let mut rest = schema.clone();
    rest.objects.retain(|id, _| !missing.contains_key(id));
    rest.depends.retain(|(a, b)| !missing.contains_key(a) && !missing.contains_key(b));
    rest
}

/// Every role that a definition, an owner or a grant of the schema names.
pub(super) fn roles(schema: &Schema) -> BTreeSet<Ident> {
    let mut found = BTreeSet::new();
    found.extend(schema.reader.clone());
    for object in schema.objects.values() {
        found.extend(object.about.owner.clone());
        for grant in object.about.grants.as_deref().into_iter().flatten() {
            found.extend(grant.grantee.clone());
            found.insert(grant.grantor.clone());
        }
        match &object.body {
            Body::Policy(policy) => found.extend(policy.roles.iter().flatten().cloned()),
            Body::Privileges(privileges) => {
                found.insert(privileges.role.clone());
                for grant in privileges.grants.iter().chain(&privileges.built_in) {
                    found.extend(grant.grantee.clone());
                    found.insert(grant.grantor.clone());
                }
            }
            Body::View(view) => {
                for grant in view.columns.iter().flat_map(|column| &column.grants) {
                    found.extend(grant.grantee.clone());
                    found.insert(grant.grantor.clone());
                }
            }
            _ => {
                // A user mapping is named by its role.
                if object.id.kind == ObjectKind::UserMapping {
                    found.extend(object.id.member.clone().filter(|role| role.as_str() != "public"));
                }
            }
        }
    }
    found.retain(|role| !role.as_str().is_empty() && !role.as_str().starts_with("pg_"));
    found
}
