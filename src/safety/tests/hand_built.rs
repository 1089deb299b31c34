//! Rules that no plan of ours breaks on a live server: plans built by hand, as somebody might edit one.

use std::sync::Arc;

use super::super::*;
use crate::model::{
    Body, Boundary, Buildable, Change, Column, Constraint, ConstraintIndex, ConstraintKind, Definition,
    Effects, Enforcement, EngineKind, Fingerprint, Ident, Index, IndexClass, Lock, Nullability, Object,
    ObjectId, ObjectKind, Origin, Partition, Persistence, Phase, Position, Probe, QualifiedName,
    ReplicaIdentity, Reversal, RowSecurity, Runtime, ServerVersion, Statement, Step, Table, TableShape,
    Uniqueness, Validity, Value, Verb, Work,
};
use crate::sql;

fn orders() -> QualifiedName {
    QualifiedName::new("public", "orders")
}

fn text(text: &str) -> Definition {
    Definition::from_catalog(text)
}

fn object(id: ObjectId, body: Body) -> Arc<Object> {
    Arc::new(Object { id, body, about: Default::default() })
}

fn table(name: QualifiedName, partition_by: Option<&str>) -> Arc<Object> {
    let body = Table {
        persistence: Persistence::Permanent,
        partition_by: partition_by.map(text),
        inherits: Vec::new(),
        access_method: None,
        storage: Default::default(),
        replica_identity: ReplicaIdentity::Default,
        row_security: RowSecurity::Off,
        of_type: None,
        foreign: None,
        source: None,
        clustered_on: None,
        rows: Default::default(),
    };
    object(ObjectId::new(ObjectKind::Table, name), Body::Table(Box::new(body)))
}

fn note(nullability: Nullability) -> Arc<Object> {
    let body = Column {
        position: Position(2),
        data_type: text("text"),
        collation: None,
        nullability,
        value: Value::Plain,
        origin: Origin::Local,
        storage: None,
        compression: None,
        statistics_target: None,
        options: Default::default(),
    };
    object(ObjectId::member(ObjectKind::Column, orders(), "note"), Body::Column(body))
}

fn constraint(kind: ConstraintKind, definition: &str) -> Arc<Object> {
    let index = ConstraintIndex {
        tail: text("USING btree (note)"),
        storage: Default::default(),
        buildable: Buildable::Concurrently,
        deferral: text(""),
    };
    let body = Constraint {
        kind,
        definition: text(definition),
        columns: vec![Ident::from("note")],
        references: None,
        validity: Validity::Valid,
        origin: Origin::Local,
        enforcement: Enforcement::Enforced,
        on: TableShape::Plain,
        index: matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique).then(|| Box::new(index)),
    };
    object(ObjectId::member(ObjectKind::Constraint, orders(), "rule"), Body::Constraint(body))
}

fn index() -> Arc<Object> {
    let body = Index {
        table: orders(),
        uniqueness: Uniqueness::Plain,
        class: IndexClass::Ordinary,
        tail: text("USING btree (note)"),
        columns: vec![Some(Ident::from("note"))],
        shape: TableShape::Plain,
        validity: Validity::Valid,
        origin: Origin::Local,
        statistics: Vec::new(),
    };
    object(ObjectId::new(ObjectKind::Index, QualifiedName::new("public", "orders_note")), Body::Index(body))
}

fn step(of: &Object, action: Verb, lock: Lock, work: Work) -> Step {
    let sql = sql!(EngineKind::Postgres; "SELECT");
    Step {
        phase: Phase::Expand,
        subject: of.id.clone(),
        action,
        statement: Statement { sql, boundary: Boundary::Transactional, runtime: Runtime::Long },
        effects: Effects { lock, on: vec![ObjectId::new(ObjectKind::Table, orders())], work },
        reversal: Reversal::Exact(Vec::new()),
        probe: Probe::Introspect,
        keeps: None,
        reason: "by hand".into(),
        author: crate::model::Author::Planner,
        batches: None,
    }
}

/// The rules that a plan of one change and one step breaks, with `orders` there on both sides.
fn rules(minor: u32, change: Change, step: Step) -> Vec<&'static str> {
    let version = ServerVersion { engine: EngineKind::Postgres, number: (14, minor, 0), text: "".into() };
    let mut current = Schema::empty(version.clone());
    for there in [table(orders(), Some("RANGE (note)")), note(Nullability::Nullable)] {
        current.objects.insert(there.id.clone(), there);
    }
    let mut desired = current.clone();
    if let Change::Create(after) | Change::Alter { after, .. } = &change {
        desired.objects.insert(after.id.clone(), Arc::clone(after));
    }
    let plan = Plan {
        name: "by hand".into(),
        from: Fingerprint::of([]),
        to: Fingerprint::of(["x"]),
        server: version,
        steps: vec![step],
        images: Vec::new(),
        unmodelled: Vec::new(),
    };
    let changeset = Changeset { changes: vec![change], suspected: Vec::new() };
    let subject = Subject { plan: &plan, changeset: &changeset, current: &current, desired: &desired };
    examine(&subject).into_iter().map(|finding| finding.rule).collect()
}

fn made(of: Arc<Object>, lock: Lock, work: Work) -> Vec<&'static str> {
    let step = step(&of, Verb::Create, lock, work);
    rules(10, Change::Create(of), step)
}

#[test]
fn forms_that_block_are_found_and_online_forms_are_not() {
    use Lock::{AccessExclusive, Share, ShareUpdateExclusive};
    let key = || constraint(ConstraintKind::PrimaryKey, "PRIMARY KEY (note)");
    let unique = || constraint(ConstraintKind::Unique, "UNIQUE (note)");
    let check = || constraint(ConstraintKind::Check, "CHECK ((note <> ''::text))");
    let cases = [
        ("add-primary-key-blocking", key(), AccessExclusive, Work::IndexBuild),
        ("add-unique-blocking", unique(), AccessExclusive, Work::IndexBuild),
        ("constraint-missing-not-valid", check(), AccessExclusive, Work::Scan),
        ("require-concurrent-index-creation", index(), Share, Work::IndexBuild),
    ];
    for (rule, object, lock, work) in cases {
        assert!(made(Arc::clone(&object), lock, work).contains(&rule), "{rule}");
        let online = made(Arc::clone(&object), ShareUpdateExclusive, work);
        assert!(!online.contains(&rule), "{rule}");
        let brief = made(object, lock, Work::Catalog);
        assert!(!brief.contains(&rule), "{rule}");
    }
}

#[test]
fn not_null_with_and_without_a_scan() {
    let found = |work| {
        let (before, after) = (note(Nullability::Nullable), note(Nullability::NotNull));
        let step = step(&after, Verb::Alter, Lock::AccessExclusive, work);
        rules(10, Change::Alter { before, after, edits: Vec::new() }, step)
    };
    assert!(found(Work::Scan).contains(&"set-not-null-scan"));
    assert!(!found(Work::Catalog).contains(&"set-not-null-scan"));
}

#[test]
fn concurrent_builds_on_the_versions_that_corrupt() {
    let found = |minor| {
        let mut step = step(&index(), Verb::Create, Lock::ShareUpdateExclusive, Work::IndexBuild);
        step.statement.boundary = Boundary::NonTransactional;
        rules(minor, Change::Create(index()), step)
    };
    assert!(found(3).contains(&"index-corruption-version"));
    assert!(!found(4).contains(&"index-corruption-version"));
}

#[test]
fn a_partition_made_in_one_go_locks_its_parent() {
    let place = Partition { parent: orders(), bound: text("FOR VALUES FROM ('a') TO ('b')") };
    let id = ObjectId::new(ObjectKind::Partition, QualifiedName::new("public", "orders_a"));
    let found = |lock| made(object(id.clone(), Body::Partition(place.clone())), lock, Work::Catalog);
    assert!(found(Lock::AccessExclusive).contains(&"partition-of-locks-parent"));
    assert!(!found(Lock::ShareUpdateExclusive).contains(&"partition-of-locks-parent"));
}

#[test]
fn what_cannot_be_taken_back_is_told() {
    let found = |reversal| {
        let mut step = step(&index(), Verb::Create, Lock::ShareUpdateExclusive, Work::Catalog);
        step.reversal = reversal;
        rules(10, Change::Create(index()), step)
    };
    assert!(found(Reversal::Impossible("no way back".into())).contains(&"irreversible-step"));
    assert!(!found(Reversal::Exact(Vec::new())).contains(&"irreversible-step"));
}
