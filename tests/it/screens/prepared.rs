//! What production would have told before a run, made up.

use migrator_tui::config::{Guard, Place};
use migrator_tui::connect::{SqliteTarget, Target};
use migrator_tui::diff::Privileges;
use migrator_tui::engines;
use migrator_tui::export;
use migrator_tui::model::{
    Actor, Approval, ApprovalId, Blocks, Course, EngineKind, Estimate, Fingerprint, Heading, Matter,
    ObjectId, ObjectKind, QualifiedName, Quorum,
};
use migrator_tui::promote::{Compared, Forecast, Foreseen, Guess, Patience, sendings};
use migrator_tui::safety::DataLoss;
use migrator_tui::worker::{Errand as Deed, ExecuteOrder, Outlook, Prepared, Way};

use super::driver::Driver;
use super::rollout::record;

/// Production, read a moment ago; a guard of two people of whom one has agreed.
pub fn outlook(driver: &Driver) -> Outlook {
    let record = record(driver);
    let dialect = engines::dialect(EngineKind::Sqlite).unwrap();
    let target = Target::Sqlite(SqliteTarget { path: "/nowhere/shop.db".into() });
    let on =
        Place { guard: Guard::TwoPerson, ..Place::unnamed("production".into(), target, Privileges::Ignore) };
    let matter = Matter {
        plan: export::digest(&record.plan),
        judgment: Fingerprint::of(["judgment"]),
        environment: "production".into(),
        database: "7302/16384".into(),
        heading: Heading::Forward,
        schema: Fingerprint::of(["before"]),
    };
    let table = |name: &str, rows: Option<u64>, bytes: u64| {
        let id = ObjectId::new(ObjectKind::Table, QualifiedName::new("public", name));
        (id, Estimate { rows, bytes: Some(bytes) })
    };
    let order = ExecuteOrder {
        errand: Deed::Promote,
        folder: Some("migrations/one".into()),
        on,
        others: Vec::new(),
        before: None,
        acknowledged: Vec::new(),
        loss: DataLoss::Refused,
        patience: Patience::default(),
        approval: None,
        book: None,
    };
    let ben = Approval {
        id: ApprovalId::new("a1"),
        matter: matter.clone(),
        by: Actor { name: "ben".into(), host: "dba2".into(), process: 99 },
        at: "2026-11-27T10:02:00Z".into(),
        expires: "2026-11-27T22:02:00Z".into(),
        token: "".into(),
        reason: "".into(),
    };
    let way = Way { sends: sendings(dialect, &record.plan, &Course::Forward), ..Way::default() };
    let prepared = Prepared {
        order,
        address: "postgres://deploy@db.example/shop".into(),
        server: "PostgreSQL 16.4".into(),
        record,
        matter,
        quorum: Some(Quorum::Two),
        given: vec![ben],
        tables: vec![
            table("customers", Some(48_112_040), 9_120_000_000),
            table("legacy_coupons", None, 168_000),
        ],
        forecast: Some(forecast(&way)),
        drift: Vec::new(),
        blocked: Vec::new(),
        waits: Vec::new(),
        notes: vec!["canary could not be asked whether it is the same database".into()],
    };
    Outlook { prepared: prepared.into(), run: None, way }
}

/// The first three statements, measured on staging.
fn forecast(way: &Way) -> Forecast {
    let one = |at: usize, there, table, here, holds| Foreseen {
        title: way.sends[at].title.clone(),
        there: Some(there),
        table,
        here,
        holds,
    };
    let customers = Compared {
        table: "table public.customers".into(),
        rows: [Some(481_120), Some(48_112_040)],
        bytes: [None, None],
    };
    let coupons = Compared {
        table: "table public.legacy_coupons".into(),
        rows: [None, None],
        bytes: [Some(168_000), None],
    };
    let long = Guess::About(123_400);
    Forecast {
        stage: "staging".into(),
        run: "r20261127T101500-staging".into(),
        statements: vec![
            one(0, 12, None, Guess::Same(12), None),
            one(1, 1_234, Some(customers), long, Some((Blocks::ReadsAndWrites, long))),
            one(2, 80, Some(coupons), Guess::Unknown, None),
        ],
    }
}
