//! Throw-away databases on live servers: private ones where programs are found, and the test command's own.

use std::path::PathBuf;

use super::*;
use crate::connect::Host;

fn my(text: &'static str) -> Sql {
    sql!(E; text)
}

/// The test command's server; its databases are looked at one test at a time.
fn server() -> Option<MySqlTarget> {
    let url = std::env::var("MIGRATOR_TEST_MYSQL").ok()?;
    Some(MySqlAddress::parse(&url).unwrap().resolve(&|_| None).unwrap())
}

/// A private server, started for the test.
async fn private_server() -> Option<Workshop> {
    let found = programs::find().await.ok()?;
    Some(private(&found[0], Some(&found[0].version), &Manner::default()).await.unwrap())
}

async fn left_on(target: &MySqlTarget, name: &Ident) -> usize {
    let mut session = wire::open(target, Purpose::Read).await.unwrap();
    let found =
        sql!(E; "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ", Literal(name.as_str()));
    session.query(&found).await.unwrap().len()
}

async fn users_on(target: &MySqlTarget, name: &Ident) -> usize {
    let mut session = wire::open(target, Purpose::Read).await.unwrap();
    let found = sql!(E; "SELECT 1 FROM mysql.user WHERE User = ", Literal(name.as_str()));
    session.query(&found).await.unwrap().len()
}

fn socket_folder(target: &Option<Target>) -> PathBuf {
    let Some(Target::MySql(target)) = target else { panic!("a private server has targets") };
    let Host::Socket(socket) = target.host.clone() else { panic!("and a socket") };
    socket.parent().unwrap().to_path_buf()
}

#[tokio::test]
async fn a_private_server_comes_and_goes() {
    let begun = std::time::Instant::now();
    let Some(mut workshop) = private_server().await else { return };
    println!("{} after {:?}", workshop.describe(), begun.elapsed());
    assert!(workshop.describe().starts_with("private M"), "{}", workshop.describe());
    let mut one = workshop.database().await.unwrap();
    let two = workshop.database().await.unwrap();
    println!("second database after {:?}", begun.elapsed());
    one.connection.execute(&my("create table t (a int)")).await.unwrap();
    workshop.ensure_roles(&[Ident::from("some one@10.%"), Ident::from("root@localhost")]).await.unwrap();
    workshop.ensure_roles(&[Ident::from("some one@10.%")]).await.unwrap();
    let view = my("create definer=`some one`@`10.%` view v as select a from t");
    one.connection.execute(&view).await.unwrap();
    one.connection.query(&my("select * from v")).await.unwrap();
    workshop.discard(one).await.unwrap();
    let folder = socket_folder(&two.target);
    assert!(folder.exists());
    let closing = std::time::Instant::now();
    workshop.close().await;
    println!("closed in {:?}", closing.elapsed());
    assert!(!folder.exists(), "{} is left", folder.display());
}

#[tokio::test]
async fn a_dropped_workshop_leaves_nothing() {
    let Some(mut workshop) = private_server().await else { return };
    let database = workshop.database().await.unwrap();
    let folder = socket_folder(&database.target);
    drop(workshop);
    assert!(!folder.exists(), "{} is left", folder.display());

    let Some(target) = server() else { return };
    let (name, user) = {
        let mut workshop = on(target.clone(), Tenure::Guest, None, &Manner::default()).await.unwrap();
        let database = workshop.database().await.unwrap();
        let name = database.name.clone().unwrap();
        assert_eq!(left_on(&target, &name).await, 1);
        let Ground::MySql(server) = &workshop.ground else { panic!("a server") };
        (name, server.user.clone().unwrap())
    };
    assert_eq!(left_on(&target, &name).await, 0);
    assert_eq!(users_on(&target, &user).await, 0);
}

/// What stands in a dead process's folder is stopped and removed, and nothing else.
#[tokio::test]
async fn a_server_of_a_dead_process_is_swept() {
    let Some(mut workshop) = private_server().await else { return };
    let database = workshop.database().await.unwrap();
    let folder = socket_folder(&database.target);
    let record = folder.join("data").join(sweep::MYSQL_RECORD);
    let pid = std::fs::read_to_string(record).unwrap().trim().to_owned();
    assert!(std::path::Path::new(&format!("/proc/{pid}")).exists() || cfg!(not(target_os = "linux")));
    sweep::remove(&folder);
    assert!(!folder.exists());
    assert!(!std::path::Path::new(&format!("/proc/{pid}/cwd")).exists());
    workshop.close().await;
}

#[tokio::test]
async fn a_guest_reaches_nothing_but_its_databases() {
    let Some(target) = server() else { return };
    let mut admin = wire::open(&target, Purpose::Write).await.unwrap();
    let theirs = Ident::new(format!("theirs_{}", std::process::id()));
    admin.execute(&sql!(E; "CREATE DATABASE IF NOT EXISTS ", &theirs)).await.unwrap();
    let table = sql!(E; "CREATE OR REPLACE TABLE ", &theirs, ".t (a int)");
    admin.execute(&table).await.unwrap();

    let mut workshop = on(target.clone(), Tenure::Guest, None, &Manner::default()).await.unwrap();
    assert!(workshop.describe().starts_with("temporary database on"), "{}", workshop.describe());
    let mut database = workshop.database().await.unwrap();
    let name = database.name.clone().unwrap();
    workshop.ensure_roles(&[Ident::from("migrator_never_made@%")]).await.unwrap();
    assert_eq!(users_on(&target, &Ident::from("migrator_never_made")).await, 0);
    let session = database.connection.as_mut();
    session.execute(&my("create table t (a int)")).await.unwrap();
    let reach = [
        sql!(E; "DROP TABLE ", &theirs, ".t"),
        sql!(E; "INSERT INTO ", &theirs, ".t VALUES (1)"),
        sql!(E; "CREATE TABLE ", &theirs, ".u (a int)"),
        sql!(E; "CREATE DATABASE migrator_scratch_never"),
    ];
    for sql in &reach {
        assert!(session.execute(sql).await.is_err(), "{sql}");
    }
    let trigger = sql!(E; "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW INSERT INTO ", &theirs, ".t VALUES (NEW.a)");
    session.execute(&trigger).await.unwrap();
    assert!(session.execute(&my("insert into t values (1)")).await.is_err());
    workshop.discard(database).await.unwrap();
    assert_eq!(left_on(&target, &name).await, 0);
    let Ground::MySql(server) = &workshop.ground else { panic!("a server") };
    let user = server.user.clone().unwrap();
    workshop.close().await;
    assert_eq!(users_on(&target, &user).await, 0);
    admin.execute(&sql!(E; "DROP DATABASE ", &theirs)).await.unwrap();
}

/// A session that holds a table does not keep its database from going.
#[tokio::test]
async fn a_database_in_use_goes() {
    let Some(target) = server() else { return };
    let mut workshop = on(target.clone(), Tenure::Scratch, None, &Manner::default()).await.unwrap();
    let mut database = workshop.database().await.unwrap();
    database.connection.execute_script("create table t (a int); begin; select * from t;").await.unwrap();
    let name = database.name.clone().unwrap();
    let Some(Target::MySql(own)) = database.target.clone() else { panic!("a target") };
    let mut other = wire::open(&own, Purpose::Write).await.unwrap();
    other.execute_script("begin; select * from t;").await.unwrap();
    workshop.discard(database).await.unwrap();
    assert_eq!(left_on(&target, &name).await, 0);
    workshop.close().await;
}

#[tokio::test]
async fn another_vendor_proves_nothing() {
    let Some(target) = server() else { return };
    let own = wire::open(&target, Purpose::Read).await.unwrap().version().clone();
    let text = if own.is_mariadb() { "8.0.36" } else { "10.11.14-MariaDB" };
    let other = wire::supported(text).unwrap();
    let options = MySqlScratch { url: Some(target), like: Some(other.clone()), ..MySqlScratch::default() };
    let error = Workshop::mysql(&options).await.err().unwrap();
    let words = format!("{}, which cannot prove a plan for {}", own.product(), other.product());
    assert!(error.to_string().contains(&words), "{error}");
    let Ok(found) = programs::find().await else { return };
    if found.iter().all(|programs| programs.version.is_mariadb() == own.is_mariadb()) {
        let options = MySqlScratch { like: Some(other), ..MySqlScratch::default() };
        let error = Workshop::mysql(&options).await.err().unwrap();
        assert!(error.to_string().contains(&words), "{error}");
    }
}

/// What is made on a private server depends on settings: it takes over those of the current one.
#[tokio::test]
async fn a_private_server_is_like_the_current_one() {
    let Some(target) = server() else { return };
    let Ok(found) = programs::find().await else { return };
    let mut manner = Manner::of(&target).await;
    assert!(manner.database.is_some() && !manner.first_options().is_empty(), "{manner:?}");
    manner.set("lower_case_table_names", "1");
    manner.set("sql_mode", "ANSI_QUOTES,STRICT_ALL_TABLES");
    manner.database = Some(("latin1".into(), "latin1_german2_ci".into()));
    let mut workshop = private(&found[0], None, &manner).await.unwrap();
    let mut database = workshop.database().await.unwrap();
    let told = my("select @@lower_case_table_names, @@sql_mode, @@collation_database");
    let rows = database.connection.query(&told).await.unwrap();
    let told: Vec<_> = rows.row(0).iter().flatten().collect();
    assert_eq!(told, ["1", "ANSI_QUOTES,STRICT_ALL_TABLES", "latin1_german2_ci"]);
    workshop.close().await;
}
