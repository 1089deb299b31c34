//! Rehearsals: a good plan holds both ways and keeps its rows, a plan that lies is caught at the right stage.

use std::sync::Arc;

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{Dialect, dialect, introspect};
use migrator_tui::model::{EngineKind, Object, ObjectKind, Plan, QualifiedName, Reversal, Schema, Work};
use migrator_tui::planner::{PlanOptions, plan};
use migrator_tui::promote::normalise::through_one_server;
use migrator_tui::promote::{Kept, Proof, Rehearsal, Stage, rehearse};

use crate::scratch;

const SHOP: &str = "
    CREATE TABLE customer (id integer PRIMARY KEY, mail varchar(40) NOT NULL, note text);
    CREATE TABLE orders (
        id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer (id),
        status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid')), total numeric(8,2)
    );
    CREATE INDEX orders_customer ON orders (customer);
    CREATE VIEW paid AS SELECT id, total FROM orders WHERE status = 'paid';";

const SHOP_THEN: &str = "
    CREATE TABLE customer (
        id integer PRIMARY KEY, mail varchar(40) NOT NULL UNIQUE, note text NOT NULL, phone text
    );
    CREATE TABLE orders (
        id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer (id),
        status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'sent')), total numeric(8,2)
    );
    CREATE TABLE item (orders integer NOT NULL REFERENCES orders (id), line integer, PRIMARY KEY (orders, line));
    CREATE INDEX orders_status ON orders (status);
    CREATE VIEW paid AS SELECT id, total, customer FROM orders WHERE status = 'paid';";

#[tokio::test(flavor = "multi_thread")]
async fn a_good_plan_holds_on_sqlite() {
    let mut case = Case::new(Workshop::sqlite(), EngineKind::Sqlite, SHOP, SHOP_THEN).await;
    holds(&case.proof().await);
    let mut back = Case::new(Workshop::sqlite(), EngineKind::Sqlite, SHOP_THEN, SHOP).await;
    holds(&back.proof().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_plan_holds_on_postgres() {
    let Some(workshop) = scratch::postgres().await else { return };
    let mut case = Case::new(workshop, EngineKind::Postgres, SHOP, SHOP_THEN).await;
    let proof = case.proof().await;
    holds(&proof);
    assert!(proof.unseeded.is_empty(), "{:?}", proof.unseeded);
    let mut back = Case::new(case.workshop, EngineKind::Postgres, SHOP_THEN, SHOP).await;
    holds(&back.proof().await);
}

const SHOP_OF_MYSQL: &str = "
    CREATE TABLE customer (id int PRIMARY KEY, mail varchar(40) NOT NULL, note text);
    CREATE TABLE orders (
        id int NOT NULL AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, status varchar(10) NOT NULL DEFAULT 'new',
        total decimal(8,2), at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
        CONSTRAINT whose FOREIGN KEY (customer) REFERENCES customer (id),
        CONSTRAINT known CHECK (status IN ('new', 'paid'))
    );
    CREATE INDEX orders_total ON orders (total);
    CREATE FUNCTION doubled(x decimal(8,2)) RETURNS decimal(9,2) DETERMINISTIC RETURN x * 2;
    CREATE VIEW paid AS SELECT id, doubled(total) AS total FROM orders WHERE status = 'paid';
    CREATE TRIGGER clean BEFORE INSERT ON customer FOR EACH ROW SET NEW.mail = lower(NEW.mail);";

const SHOP_OF_MYSQL_THEN: &str = "
    CREATE TABLE customer (
        id int PRIMARY KEY, mail varchar(40) NOT NULL, note varchar(200) NOT NULL, phone varchar(20), UNIQUE KEY mail (mail)
    );
    CREATE TABLE orders (
        id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, status varchar(10) NOT NULL DEFAULT 'new',
        total decimal(8,2), at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
        CONSTRAINT whose FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE,
        CONSTRAINT known CHECK (status IN ('new', 'paid', 'sent'))
    );
    CREATE TABLE item (orders bigint NOT NULL, line int NOT NULL, PRIMARY KEY (orders, line),
        CONSTRAINT of_order FOREIGN KEY (orders) REFERENCES orders (id));
    CREATE INDEX orders_status ON orders (status);
    CREATE FUNCTION doubled(x decimal(8,2)) RETURNS decimal(9,2) DETERMINISTIC RETURN x + x;
    CREATE VIEW paid AS SELECT id, doubled(total) AS total, customer FROM orders WHERE status = 'paid';
    CREATE TRIGGER clean BEFORE INSERT ON customer FOR EACH ROW SET NEW.mail = trim(lower(NEW.mail));";

#[tokio::test(flavor = "multi_thread")]
async fn a_good_plan_holds_on_mysql() {
    let Some(workshop) = scratch::mysql().await else { return };
    let mut case = Case::new(workshop, EngineKind::MySql, SHOP_OF_MYSQL, SHOP_OF_MYSQL_THEN).await;
    let proof = case.proof().await;
    holds(&proof);
    assert!(proof.unseeded.is_empty(), "{:?}", proof.unseeded);
    assert!(proof.gaps.is_empty(), "{:?}", proof.gaps);
    let mut back = Case::new(case.workshop, EngineKind::MySql, SHOP_OF_MYSQL_THEN, SHOP_OF_MYSQL).await;
    holds(&back.proof().await);
    back.workshop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plan_for_mysql_hides_is_seen() {
    let Some(workshop) = scratch::mysql().await else { return };
    let before = "CREATE TABLE t (id int PRIMARY KEY, note text)";
    let after = "CREATE TABLE t (id int PRIMARY KEY)";
    let mut case = Case::new(workshop, EngineKind::MySql, before, after).await;
    let proof = case.proof().await;
    holds(&proof);
    assert!(matches!(proof.rows_back[0].kept, Kept::Declared(_)), "{:?}", proof.rows_back);
    for step in &mut case.plan.steps {
        if let Reversal::Lossy { steps, .. } = &step.reversal {
            step.reversal = Reversal::Exact(steps.clone());
        }
    }
    assert!(!case.proof().await.holds(), "an undeclared loss was accepted");

    let before = "CREATE TABLE t (id int PRIMARY KEY, n int)";
    let after = "CREATE TABLE t (id int PRIMARY KEY, n varchar(20))";
    let mut case = Case::new(case.workshop, EngineKind::MySql, before, after).await;
    holds(&case.proof().await);
    for step in &mut case.plan.steps {
        step.effects.work = Work::Catalog;
    }
    let proof = case.proof().await;
    assert_eq!(proof.failure().map(|(stage, _)| stage), Some(Stage::Rewrites), "{:?}", proof.notes());
    case.workshop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_too_few_is_seen() {
    let mut case = Case::new(Workshop::sqlite(), EngineKind::Sqlite, SHOP, SHOP_THEN).await;
    case.plan.steps.retain(|step| step.subject.name.name.as_str() != "orders_status");
    let proof = case.proof().await;
    assert_eq!(proof.failure().map(|(stage, _)| stage), Some(Stage::Reached), "{:?}", proof.notes());
    assert_eq!(proof.residual_forward.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_does_not_lead_back_is_seen() {
    let mut case = Case::new(Workshop::sqlite(), EngineKind::Sqlite, SHOP, SHOP_THEN).await;
    for step in &mut case.plan.steps {
        if step.subject.name.name.as_str() == "item" {
            step.reversal = Reversal::Exact(Vec::new());
        }
    }
    let proof = case.proof().await;
    assert_eq!(proof.failure().map(|(stage, _)| stage), Some(Stage::Returned), "{:?}", proof.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_the_server_refuses_is_told_in_its_words() {
    let mut case = Case::new(Workshop::sqlite(), EngineKind::Sqlite, SHOP, SHOP_THEN).await;
    let item = case.plan.steps.iter().position(|step| step.subject.name.name.as_str() == "item").unwrap();
    let doubled = case.plan.steps[item].clone();
    case.plan.steps.insert(item, doubled);
    let proof = case.proof().await;
    let (stage, reason) = proof.failure().unwrap();
    assert_eq!(stage, Stage::Forward);
    assert!(reason.contains("already exists"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_has_to_be_declared() {
    let Some(workshop) = scratch::postgres().await else { return };
    let before = "CREATE TABLE t (id integer PRIMARY KEY, note text)";
    let after = "CREATE TABLE t (id integer PRIMARY KEY)";
    let mut case = Case::new(workshop, EngineKind::Postgres, before, after).await;
    let proof = case.proof().await;
    holds(&proof);
    assert!(matches!(proof.rows_back[0].kept, Kept::Declared(_)), "{:?}", proof.rows_back);
    for step in &mut case.plan.steps {
        if let Reversal::Lossy { steps, .. } = &step.reversal {
            step.reversal = Reversal::Exact(steps.clone());
        }
    }
    let proof = case.proof().await;
    assert!(!proof.holds(), "an undeclared loss was accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewrite_has_to_be_declared() {
    let Some(workshop) = scratch::postgres().await else { return };
    let before = "CREATE TABLE t (id integer PRIMARY KEY, n integer)";
    let after = "CREATE TABLE t (id integer PRIMARY KEY, n bigint)";
    let mut case = Case::new(workshop, EngineKind::Postgres, before, after).await;
    holds(&case.proof().await);
    for step in &mut case.plan.steps {
        step.effects.work = Work::Catalog;
    }
    let proof = case.proof().await;
    assert_eq!(proof.failure().map(|(stage, _)| stage), Some(Stage::Rewrites), "{:?}", proof.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_come_along_are_left_out_and_named() {
    let Some(workshop) = scratch::postgres().await else { return };
    let before = "CREATE TABLE t (id integer PRIMARY KEY, n text NOT NULL CHECK (n IN ('x', 'y')))";
    let after = "CREATE TABLE t (id integer PRIMARY KEY, n text NOT NULL CHECK (n IN ('z')))";
    let mut case = Case::new(workshop, EngineKind::Postgres, before, after).await;
    let proof = case.proof().await;
    holds(&proof);
    assert_eq!(proof.unseeded.len(), 1, "{:?}", proof.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scratch_cannot_make_is_named() {
    let Some(workshop) = scratch::postgres().await else { return };
    let mut case = Case::new(workshop, EngineKind::Postgres, SHOP, SHOP_THEN).await;
    let extension =
        case.current.objects.values().find(|object| object.id.kind == ObjectKind::Extension).unwrap();
    let mut missing = Object::clone(extension);
    missing.id = missing.id.named(QualifiedName::bare("no_such_extension"));
    case.current.objects.insert(missing.id.clone(), Arc::new(missing.clone()));
    case.desired.objects.insert(missing.id.clone(), Arc::new(missing.clone()));
    let proof = case.proof().await;
    holds(&proof);
    assert!(proof.gaps.iter().any(|gap| gap.contains("no_such_extension")), "{:?}", proof.gaps);
    // A plan that is about it cannot be tried.
    case.desired.objects.remove(&missing.id);
    case.plan = case.planned();
    let proof = case.proof().await;
    assert!(!proof.holds());
    let reason = proof.not_rehearsed.unwrap();
    assert!(reason.contains("no_such_extension"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_prints_reads_back_the_same() {
    let Some(mut workshop) = scratch::postgres().await else { return };
    let postgres = dialect(EngineKind::Postgres).unwrap();
    // The server would print this condition in other words if it were read as printed.
    let script = "CREATE TABLE t (s varchar(9) CHECK (s IN ('a', 'b'))); \
                  CREATE VIEW v AS SELECT s FROM t WHERE s IN ('a', 'it''s')";
    let schema = read(&mut workshop, postgres, script).await;
    let again = through_one_server(postgres, &mut workshop, &schema).await.unwrap();
    assert!(diff(&schema, &again, &DiffOptions::default()).changes.is_empty());
    workshop.close().await;
}

fn holds(proof: &Proof) {
    assert!(proof.holds(), "{}: {:#?}\n{:#?}", proof.scratch, proof.stages, proof.notes());
}

struct Case {
    workshop: Workshop,
    dialect: &'static dyn Dialect,
    current: Schema,
    desired: Schema,
    plan: Plan,
}

impl Case {
    async fn new(mut workshop: Workshop, engine: EngineKind, before: &str, after: &str) -> Self {
        let dialect = dialect(engine).unwrap();
        let current = read(&mut workshop, dialect, before).await;
        let desired = read(&mut workshop, dialect, after).await;
        let plan = planned(dialect, &current, &desired);
        Self { workshop, dialect, current, desired, plan }
    }

    fn planned(&self) -> Plan {
        planned(self.dialect, &self.current, &self.desired)
    }

    async fn proof(&mut self) -> Proof {
        rehearse(Rehearsal {
            dialect: self.dialect,
            workshop: &mut self.workshop,
            current: &self.current,
            desired: &self.desired,
            plan: &self.plan,
            options: &DiffOptions::default(),
        })
        .await
        .unwrap()
    }
}

fn planned(dialect: &dyn Dialect, current: &Schema, desired: &Schema) -> Plan {
    let changes = diff(current, desired, &DiffOptions::default());
    plan(dialect, current, desired, &changes, &PlanOptions::default()).unwrap()
}

async fn read(workshop: &mut Workshop, dialect: &dyn Dialect, script: &str) -> Schema {
    let mut database = workshop.database().await.unwrap();
    database.connection.execute_script(script).await.unwrap();
    let schema = introspect(dialect, database.connection.as_mut()).await.unwrap();
    workshop.discard(database).await.unwrap();
    schema
}
