//! Throw-away databases on live servers: private ones where programs are found, and the test command's own.

use std::path::PathBuf;

use super::wire as postgres;
use super::*;
use crate::connect::Host;
use crate::model::Sql;

fn pg(text: &'static str) -> Sql {
    sql!(EngineKind::Postgres; text)
}

/// The test command's server; its databases are looked at one test at a time.
fn server() -> Option<PostgresTarget> {
    let url = std::env::var("MIGRATOR_TEST_PG").ok()?;
    let address = PostgresAddress::parse(&url).unwrap();
    Some(address.resolve(&|_| None).unwrap())
}

async fn left_on(target: &PostgresTarget, name: &Ident) -> usize {
    let mut session = postgres::open(target, Purpose::Read).await.unwrap();
    let engine = EngineKind::Postgres;
    let literal = crate::sqltext::Literal(name.as_str());
    let found = sql!(engine; "SELECT 1 FROM pg_database WHERE datname = ", literal);
    session.query(&found).await.unwrap().len()
}

#[tokio::test]
async fn a_private_server_comes_and_goes() {
    let Ok(found) = programs::find().await else { return };
    let begun = std::time::Instant::now();
    let mut workshop = Workshop::private(&found[0], Some(found[0].major)).await.unwrap();
    println!("{} after {:?}", workshop.describe(), begun.elapsed());
    let mut one = workshop.database().await.unwrap();
    println!("first database after {:?}", begun.elapsed());
    let two = workshop.database().await.unwrap();
    println!("second database after {:?}", begun.elapsed());
    one.connection.execute(&pg("create table t (a int)")).await.unwrap();
    workshop.ensure_roles(&[Ident::from("some one"), Ident::from("postgres")]).await.unwrap();
    workshop.ensure_roles(&[Ident::from("some one")]).await.unwrap();
    one.connection.execute(&pg("alter table t owner to \"some one\"")).await.unwrap();
    workshop.discard(one).await.unwrap();
    let Some(Target::Postgres(target)) = &two.target else { panic!("a private server has targets") };
    let Host::Socket(folder) = target.host.clone() else { panic!("and a socket") };
    assert!(folder.exists());
    let closing = std::time::Instant::now();
    workshop.close().await;
    println!("closed in {:?}", closing.elapsed());
    assert!(!folder.exists(), "{} is left", folder.display());
}

#[tokio::test]
async fn a_dropped_workshop_leaves_nothing() {
    let Ok(found) = programs::find().await else { return };
    let folder: PathBuf = {
        let mut workshop = Workshop::private(&found[0], None).await.unwrap();
        let database = workshop.database().await.unwrap();
        let Some(Target::Postgres(target)) = database.target else { panic!("a target") };
        let Host::Socket(folder) = target.host.clone() else { panic!("a socket") };
        folder
    };
    assert!(!folder.exists(), "{} is left", folder.display());

    let Some(target) = server() else { return };
    let name = {
        let mut workshop = Workshop::on(target.clone(), Tenure::Guest).await.unwrap();
        let database = workshop.database().await.unwrap();
        let name = database.name.clone().unwrap();
        assert_eq!(left_on(&target, &name).await, 1);
        name
    };
    assert_eq!(left_on(&target, &name).await, 0);
}

#[tokio::test]
async fn a_guest_makes_databases_and_no_roles() {
    let Some(target) = server() else { return };
    let mut workshop = Workshop::on(target.clone(), Tenure::Guest).await.unwrap();
    let database = workshop.database().await.unwrap();
    let name = database.name.clone().unwrap();
    workshop.ensure_roles(&[Ident::from("migrator_never_made")]).await.unwrap();
    let mut session = postgres::open(&target, Purpose::Read).await.unwrap();
    let role = pg("select 1 from pg_roles where rolname = 'migrator_never_made'");
    assert!(session.query(&role).await.unwrap().is_empty());
    workshop.discard(database).await.unwrap();
    assert_eq!(left_on(&target, &name).await, 0);
    workshop.close().await;
}

#[tokio::test]
async fn a_password_is_asked_for_once() {
    let Ok(found) = programs::find().await else { return };
    let mut workshop = Workshop::private(&found[0], None).await.unwrap();
    let Ground::Postgres(server) = &mut workshop.ground else { panic!("a server") };
    let Host::Socket(folder) = server.target.host.clone() else { panic!("a socket") };
    let admin = server.admin().unwrap();
    admin.execute(&pg("CREATE ROLE ada LOGIN PASSWORD 'se:cret'")).await.unwrap();
    std::fs::write(
        folder.join("data/pg_hba.conf"),
        "local all postgres trust\nlocal all all scram-sha-256\n",
    )
    .unwrap();
    admin.execute(&pg("SELECT pg_reload_conf()")).await.unwrap();

    let target = PostgresTarget { user: "ada".into(), ..server.target.clone() };
    let mut target = Target::Postgres(Box::new(target));
    let nobody = |_: &Target| None;
    // The server takes its time to read the new rules.
    let mut refused = None;
    for _ in 0..250 {
        refused = crate::connect::open_asking(&mut target, Purpose::Read, &nobody).await.err();
        if refused.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let error = refused.unwrap();
    assert_eq!(error.kind, crate::connect::WireErrorKind::Denied, "{error}");
    let wrong = |_: &Target| Some(crate::connect::Secret::new("no".into()));
    assert!(crate::connect::open_asking(&mut target.clone(), Purpose::Read, &wrong).await.is_err());
    let right = |_: &Target| Some(crate::connect::Secret::new("se:cret".into()));
    assert!(crate::connect::open_asking(&mut target, Purpose::Read, &right).await.is_ok());
    assert!(crate::connect::open_asking(&mut target, Purpose::Read, &nobody).await.is_ok(), "it is kept");
    workshop.close().await;
}
