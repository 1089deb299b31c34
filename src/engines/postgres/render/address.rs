//! How COMMENT, ALTER … OWNER, GRANT and DROP name an object.

use crate::model::{Body, Object, ObjectKind, Sql};
use crate::sqltext::SqlBuilder;
use crate::{model::QualifiedName, sql};

use super::PG;

/// `TABLE s.t`, `CONSTRAINT c ON s.t`, `FUNCTION s.f(integer)`. `None` for facts that have no name of their own.
pub(super) fn address(object: &Object) -> Option<Sql> {
    let id = &object.id;
    if let Body::Defined(defined) = &object.body {
        return Some(sql!(PG; &defined.address));
    }
    let plain = |word: &'static str| Some(sql!(PG; word, " ", &id.name));
    let on = |word: &'static str| Some(sql!(PG; word, " ", id.leaf(), " ON ", &id.name));
    match id.kind {
        ObjectKind::Schema => plain("SCHEMA"),
        ObjectKind::Extension => plain("EXTENSION"),
        ObjectKind::Table => match &object.body {
            Body::Table(table) if table.foreign.is_some() => plain("FOREIGN TABLE"),
            _ => plain("TABLE"),
        },
        ObjectKind::Column => Some(sql!(PG; "COLUMN ", &id.name, ".", id.leaf())),
        ObjectKind::Constraint => on("CONSTRAINT"),
        ObjectKind::DomainConstraint => Some(sql!(PG; "CONSTRAINT ", id.leaf(), " ON DOMAIN ", &id.name)),
        ObjectKind::Index => plain("INDEX"),
        ObjectKind::View => plain("VIEW"),
        ObjectKind::MaterializedView => plain("MATERIALIZED VIEW"),
        ObjectKind::Sequence => plain("SEQUENCE"),
        ObjectKind::Function => Some(routine("FUNCTION", object)),
        ObjectKind::Procedure => Some(routine("PROCEDURE", object)),
        ObjectKind::Aggregate => Some(routine("AGGREGATE", object)),
        ObjectKind::Trigger => on("TRIGGER"),
        ObjectKind::Policy => on("POLICY"),
        ObjectKind::Rule => on("RULE"),
        ObjectKind::Domain => plain("DOMAIN"),
        ObjectKind::Enum | ObjectKind::Composite | ObjectKind::Type => plain("TYPE"),
        ObjectKind::Language
        | ObjectKind::AccessMethod
        | ObjectKind::Collation
        | ObjectKind::Conversion
        | ObjectKind::Cast
        | ObjectKind::Operator
        | ObjectKind::OperatorFamily
        | ObjectKind::OperatorClass
        | ObjectKind::TextSearch
        | ObjectKind::Transform
        | ObjectKind::SequenceOwner
        | ObjectKind::Partition
        | ObjectKind::IndexPartition
        | ObjectKind::Statistics
        | ObjectKind::Event
        | ObjectKind::EventTrigger
        | ObjectKind::ForeignDataWrapper
        | ObjectKind::Server
        | ObjectKind::UserMapping
        | ObjectKind::Publication
        | ObjectKind::Subscription
        | ObjectKind::DefaultPrivilege => None,
    }
}

fn routine(word: &'static str, object: &Object) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece(word).piece(" ").piece(&object.id.name);
    sql.push("(");
    if let Some(signature) = &object.id.signature {
        // The identity's signature is the server's own list of argument types.
        let types = crate::model::Definition::from_catalog(signature.clone());
        sql.push(&types);
    }
    sql.push(")");
    sql.done()
}

/// What GRANT says in front of the name. `None`: this kind has no privileges of its own.
pub(super) fn grantable(object: &Object) -> Option<Sql> {
    let id = &object.id;
    match id.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => Some(table_like(&id.name)),
        ObjectKind::Enum | ObjectKind::Composite | ObjectKind::Type | ObjectKind::Domain => {
            Some(sql!(PG; "TYPE ", &id.name))
        }
        ObjectKind::Aggregate => Some(routine("FUNCTION", object)),
        ObjectKind::Server => Some(sql!(PG; "FOREIGN SERVER ", &id.name.name)),
        ObjectKind::ForeignDataWrapper => Some(sql!(PG; "FOREIGN DATA WRAPPER ", &id.name.name)),
        _ => address(object),
    }
}

pub(super) fn table_like(name: &QualifiedName) -> Sql {
    sql!(PG; "TABLE ", name)
}
