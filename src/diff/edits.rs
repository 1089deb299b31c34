//! What differs between two images of one object, aspect by aspect.

use crate::model::{
    Aspect, Body, Column, Definition, Edit, Object, ReplicaIdentity, RowSecurity, Stored, Table, Value, View,
};

use super::Privileges;
use super::words::{Words, labels, settings};

/// The differences, empty when the two are the same for us. Estimates and positions never count.
pub fn edits(before: &Object, after: &Object, privileges: Privileges) -> Vec<Edit> {
    let mut found = Found(Vec::new());
    if before.body != after.body {
        body(&before.body, &after.body, &mut found);
        if found.0.is_empty() {
            found.note(Aspect::Definition, &word(&before.body), &word(&after.body));
        }
    }
    found.compare(
        Aspect::Comment,
        before.about.comment.as_deref().unwrap_or_default(),
        after.about.comment.as_deref().unwrap_or_default(),
    );
    if before.about.labels != after.about.labels {
        found.note(Aspect::SecurityLabels, &labels(&before.about.labels), &labels(&after.about.labels));
    }
    if privileges == Privileges::Compare {
        if before.about.owner != after.about.owner {
            found.note(Aspect::Owner, &shown(&before.about.owner), &shown(&after.about.owner));
        }
        if before.about.grants != after.about.grants {
            found.note(Aspect::Privileges, &grants(before), &grants(after));
        }
    }
    found.0
}

struct Found(Vec<Edit>);

impl Found {
    fn note(&mut self, aspect: Aspect, before: &str, after: &str) {
        self.0.push(Edit { aspect, before: before.into(), after: after.into() });
    }
    fn compare(&mut self, aspect: Aspect, before: &str, after: &str) {
        if before != after {
            self.note(aspect, before, after);
        }
    }
    fn definition(&mut self, aspect: Aspect, before: &Definition, after: &Definition) {
        if before != after {
            self.note(aspect, before.as_str(), after.as_str());
        }
    }
    fn value<T: PartialEq + Words>(&mut self, aspect: Aspect, before: &T, after: &T) {
        if before != after {
            self.note(aspect, &before.words(), &after.words());
        }
    }
}

fn body(before: &Body, after: &Body, found: &mut Found) {
    match (before, after) {
        (Body::Table(a), Body::Table(b)) => table(a, b, found),
        (Body::Column(a), Body::Column(b)) => column(a, b, found),
        (Body::View(a), Body::View(b)) => view(a, b, found),
        (Body::Constraint(a), Body::Constraint(b)) => {
            found.definition(Aspect::Definition, &a.definition, &b.definition);
            found.value(Aspect::Validity, &a.validity, &b.validity);
            if let (Some(x), Some(y)) = (&a.index, &b.index) {
                found.compare(Aspect::Storage, &settings(&x.storage), &settings(&y.storage));
            }
        }
        (Body::Index(a), Body::Index(b)) => {
            found.value(Aspect::Definition, &a.uniqueness, &b.uniqueness);
            found.value(Aspect::Definition, &a.class, &b.class);
            found.definition(Aspect::Definition, &a.tail, &b.tail);
            found.value(Aspect::Validity, &a.validity, &b.validity);
            found.value(Aspect::Options, &a.statistics, &b.statistics);
        }
        (Body::Enum(a), Body::Enum(b)) => {
            found.compare(Aspect::Labels, &a.labels.join(", "), &b.labels.join(", "));
        }
        (Body::Routine(a), Body::Routine(b)) => {
            found.definition(Aspect::Definition, &a.definition, &b.definition);
            found.compare(Aspect::Options, &settings(&a.settings), &settings(&b.settings));
        }
        (Body::Trigger(a), Body::Trigger(b)) => {
            found.definition(Aspect::Definition, &a.definition, &b.definition);
            found.compare(Aspect::Options, &settings(&a.settings), &settings(&b.settings));
            found.value(Aspect::Firing, &a.firing, &b.firing);
        }
        (Body::Domain(a), Body::Domain(b)) => {
            found.compare(Aspect::DataType, a.base.as_str(), b.base.as_str());
            found.compare(Aspect::Collation, &shown(&a.collation), &shown(&b.collation));
            found.compare(Aspect::Default, &shown(&a.default), &shown(&b.default));
            found.value(Aspect::Nullability, &a.not_null, &b.not_null);
        }
        (Body::Extension(a), Body::Extension(b)) => {
            found.compare(Aspect::Version, &a.version, &b.version);
            found.compare(Aspect::Schema, &shown(&a.schema), &shown(&b.schema));
        }
        (Body::Sequence(a), Body::Sequence(b)) => {
            found.definition(Aspect::DataType, &a.data_type, &b.data_type);
            found.value(Aspect::Options, &a.options, &b.options);
            found.value(Aspect::Persistence, &a.persistence, &b.persistence);
        }
        (Body::Defined(a), Body::Defined(b)) => {
            let text = |d: &crate::model::Defined| {
                d.create.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(";\n")
            };
            found.compare(Aspect::Definition, &text(a), &text(b));
        }
        (Body::Opaque(a), Body::Opaque(b)) => {
            found.definition(Aspect::Definition, &a.text, &b.text);
        }
        (Body::Policy(a), Body::Policy(b)) => {
            found.value(Aspect::Options, &(a.mode, &a.command), &(b.mode, &b.command));
            found.value(Aspect::Privileges, &a.roles, &b.roles);
            found.compare(Aspect::Definition, &policy(a), &policy(b));
        }
        (Body::Privileges(a), Body::Privileges(b)) => found.value(Aspect::Privileges, &a.grants, &b.grants),
        (Body::Partition(a), Body::Partition(b)) => found.value(Aspect::Partitioning, a, b),
        (Body::Composite(a), Body::Composite(b)) => found.value(Aspect::Columns, a, b),
        (a, b) => found.note(Aspect::Definition, &format!("{a:?}"), &format!("{b:?}")),
    }
}

fn policy(policy: &crate::model::Policy) -> String {
    format!("USING ({}) WITH CHECK ({})", shown(&policy.using), shown(&policy.check))
}

fn table(a: &Table, b: &Table, found: &mut Found) {
    found.value(Aspect::Persistence, &a.persistence, &b.persistence);
    found.compare(Aspect::Partitioning, &shown(&a.partition_by), &shown(&b.partition_by));
    found.compare(Aspect::Inheritance, &names(&a.inherits), &names(&b.inherits));
    found.compare(Aspect::DataType, &shown(&a.of_type), &shown(&b.of_type));
    found.compare(Aspect::Storage, &settings(&a.storage), &settings(&b.storage));
    found.compare(Aspect::Storage, &shown(&a.access_method), &shown(&b.access_method));
    found.compare(
        Aspect::ReplicaIdentity,
        &replica_identity(&a.replica_identity),
        &replica_identity(&b.replica_identity),
    );
    found.compare(Aspect::RowSecurity, row_security(a.row_security), row_security(b.row_security));
    found.value(Aspect::Options, &a.foreign, &b.foreign);
    found.compare(Aspect::Options, &shown(&a.clustered_on), &shown(&b.clustered_on));
}

fn column(a: &Column, b: &Column, found: &mut Found) {
    found.definition(Aspect::DataType, &a.data_type, &b.data_type);
    found.compare(Aspect::Collation, &shown(&a.collation), &shown(&b.collation));
    found.value(Aspect::Nullability, &a.nullability, &b.nullability);
    if a.value != b.value {
        let generated = |value: &Value| matches!(value, Value::Generated { .. });
        let identity = |value: &Value| matches!(value, Value::Identity(_));
        let aspect = if generated(&a.value) || generated(&b.value) {
            Aspect::Generated
        } else if identity(&a.value) || identity(&b.value) {
            Aspect::Identity
        } else {
            Aspect::Default
        };
        found.note(aspect, &value(&a.value), &value(&b.value));
    }
    // Whether a child declares what it inherits says nothing of the column, and no statement takes it back.
    found.value(Aspect::Storage, &(&a.storage, &a.compression), &(&b.storage, &b.compression));
    found.value(Aspect::Options, &a.statistics_target, &b.statistics_target);
    found.compare(Aspect::Options, &settings(&a.options), &settings(&b.options));
}

fn view(a: &View, b: &View, found: &mut Found) {
    found.definition(Aspect::Definition, &a.query, &b.query);
    found.compare(Aspect::Options, &settings(&a.options), &settings(&b.options));
    found.value(Aspect::Storage, &a.access_method, &b.access_method);
    found.value(Aspect::Options, &a.populated, &b.populated);
    found.value(Aspect::Columns, &a.columns, &b.columns);
}

fn value(value: &Value) -> String {
    match value {
        Value::Plain => String::new(),
        Value::Default(expression) => expression.to_string(),
        Value::Generated { expression, stored } => match stored {
            Stored::Stored => format!("{expression} stored"),
            Stored::Virtual => format!("{expression} virtual"),
        },
        Value::Identity(identity) => identity.words(),
    }
}

fn replica_identity(identity: &ReplicaIdentity) -> String {
    match identity {
        ReplicaIdentity::Default => "default".into(),
        ReplicaIdentity::Full => "full".into(),
        ReplicaIdentity::Nothing => "nothing".into(),
        ReplicaIdentity::Index(index) => format!("index {index}"),
    }
}

fn row_security(state: RowSecurity) -> &'static str {
    match state {
        RowSecurity::Off => "off",
        RowSecurity::Enabled => "enabled",
        RowSecurity::Forced => "forced",
        RowSecurity::ForcedButOff => "forced, but off",
    }
}

fn names(names: &[crate::model::QualifiedName]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn grants(object: &Object) -> String {
    let Some(grants) = &object.about.grants else { return String::new() };
    let one = |grant: &crate::model::Grant| {
        let grantee = grant.grantee.as_ref().map_or("PUBLIC", |role| role.as_str());
        let option = match grant.option {
            crate::model::GrantOption::Plain => "",
            crate::model::GrantOption::WithGrantOption => "*",
        };
        format!("{} to {grantee}{option}", grant.privilege)
    };
    grants.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn shown<T: std::fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn word(body: &Body) -> String {
    let debug = format!("{body:?}");
    debug.chars().take_while(|c| c.is_alphanumeric()).collect()
}
