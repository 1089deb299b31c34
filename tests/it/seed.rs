//! Seeded rows: every type has values, keys and conditions are met, what cannot be filled says why.

use std::collections::BTreeSet;

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::engines::{Dialect, dialect, introspect};
use migrator_tui::model::{EngineKind, Schema};
use migrator_tui::promote::seed::{Ground, Seeded, seed};

use crate::scratch;

/// One table with a column of every type that PostgreSQL brings along, and NULL allowed in none.
const EVERY_TYPE: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
    CREATE DOMAIN email AS text NOT NULL CHECK (VALUE ~ '^[^@ ]+@[^@ ]+$');
    CREATE DOMAIN small AS integer CHECK (VALUE BETWEEN 40 AND 45);
    CREATE TYPE pair AS (a integer, b text, c mood);
    CREATE TYPE floats AS RANGE (subtype = double precision);
    CREATE TABLE types (
        c1 smallint, c2 integer, c3 bigint, c4 numeric, c5 numeric(5,2), c6 real, c7 double precision, c8 money,
        c9 boolean, c10 text, c11 varchar, c12 varchar(20), c13 char(3), c14 name, c15 \"char\", c16 bytea, c17 date,
        c18 time, c19 timetz, c20 timestamp(3), c21 timestamptz, c22 interval, c23 interval year to month,
        c24 interval day to second, c25 uuid, c26 json, c27 jsonb, c28 jsonpath, c29 inet, c30 cidr, c31 macaddr,
        c32 macaddr8, c33 point, c34 line, c35 lseg, c36 box, c37 path, c38 polygon, c39 circle, c40 bit(5),
        c41 varbit(5), c42 tsvector, c43 tsquery, c44 int4range, c45 int8range, c46 numrange, c47 tsrange,
        c48 tstzrange, c49 daterange, c50 int4multirange, c51 int8multirange, c52 nummultirange, c53 tsmultirange,
        c54 tstzmultirange, c55 datemultirange, c56 oid, c57 regclass, c58 regtype, c59 regrole, c60 xid, c61 xid8,
        c62 tid, c63 pg_lsn, c64 pg_snapshot, c65 integer[], c66 text[], c67 box[], c68 mood, c69 email, c70 small,
        c71 pair, c72 floats, c73 mood[], c74 pair[], c75 int2vector, c76 refcursor, c77 numeric(2,4),
        c78 timestamp with time zone[], c79 bit varying, c80 character varying(4000)
    );
    DO $$ DECLARE c text; BEGIN
        FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = 'types'::regclass AND attnum > 0 LOOP
            EXECUTE format('ALTER TABLE types ALTER %I SET NOT NULL', c);
        END LOOP;
    END $$;";

const HARD: &str = "
    CREATE TABLE account (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        code varchar(8) NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{2}-[0-9]{3}$'),
        status text NOT NULL CHECK (status IN ('open', 'closed')),
        opened date NOT NULL, closed date NOT NULL, CHECK (closed > opened),
        amount numeric(6,2) NOT NULL CHECK (amount >= 10 AND amount <= 20),
        twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
        parent bigint NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED
    );
    CREATE TABLE customer (id serial PRIMARY KEY, mail text NOT NULL CHECK (mail LIKE '%@%'), unique (mail));
    CREATE TABLE booking (
        customer integer NOT NULL REFERENCES customer, line integer NOT NULL,
        during tstzrange NOT NULL, PRIMARY KEY (customer, line), EXCLUDE USING gist (during WITH &&)
    );
    CREATE TABLE a (id integer PRIMARY KEY, b integer);
    CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a);
    ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
    CREATE TABLE event (at date NOT NULL, kind text NOT NULL, n integer) PARTITION BY RANGE (at);
    CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')
        PARTITION BY LIST (kind);
    CREATE TABLE event_1a PARTITION OF event_1 FOR VALUES IN ('click', 'key');
    CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2021-01-01') TO (MAXVALUE);
    CREATE TABLE hashed (id integer PRIMARY KEY) PARTITION BY HASH (id);
    CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE lonely (n integer) PARTITION BY LIST (n);
    CREATE TABLE never (n integer NOT NULL CHECK (n > 5 AND n < 5));
    CREATE FUNCTION is_code(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT v ~ '^[0-9]{3}x$' $$;
    CREATE DOMAIN code AS text CHECK (is_code(VALUE));
    CREATE TABLE coded (code code NOT NULL, again text NOT NULL CHECK (is_code(again)));
    CREATE TABLE nothing ();
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
    CREATE TABLE guarded (n integer);
    CREATE TRIGGER t BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();";

/// One table with a column of every type that MySQL and MariaDB share, and NULL allowed in none.
const EVERY_TYPE_OF_MYSQL: &str = "
    CREATE TABLE types (
        c1 tinyint NOT NULL, c2 tinyint unsigned NOT NULL, c3 smallint NOT NULL, c4 smallint unsigned NOT NULL,
        c5 mediumint NOT NULL, c6 mediumint unsigned NOT NULL, c7 int NOT NULL, c8 int unsigned NOT NULL,
        c9 bigint NOT NULL, c10 bigint unsigned NOT NULL, c11 decimal(5,2) NOT NULL, c12 decimal(20,0) unsigned NOT NULL,
        c13 decimal(4,4) NOT NULL, c14 float NOT NULL, c15 double NOT NULL, c16 float(7,2) NOT NULL,
        c17 double unsigned NOT NULL, c18 bit(1) NOT NULL, c19 bit(64) NOT NULL, c20 boolean NOT NULL,
        c21 char(1) NOT NULL, c22 char(20) NOT NULL, c23 varchar(1) NOT NULL, c24 varchar(500) NOT NULL,
        c25 binary(4) NOT NULL, c26 varbinary(20) NOT NULL, c27 tinytext NOT NULL, c28 text NOT NULL,
        c29 mediumtext NOT NULL, c30 longtext NOT NULL, c31 tinyblob NOT NULL, c32 blob NOT NULL,
        c33 mediumblob NOT NULL, c34 longblob NOT NULL, c35 date NOT NULL, c36 datetime NOT NULL,
        c37 datetime(6) NOT NULL, c38 timestamp NOT NULL DEFAULT '2020-01-01 00:00:00', c39 timestamp(3) NOT NULL DEFAULT '2020-01-01 00:00:00',
        c40 time NOT NULL, c41 time(6) NOT NULL, c42 year NOT NULL, c43 enum('a','it''s','x,y)') NOT NULL,
        c44 set('a','b','c') NOT NULL, c45 json NOT NULL, c46 geometry NOT NULL, c47 point NOT NULL,
        c48 linestring NOT NULL, c49 polygon NOT NULL, c50 multipoint NOT NULL, c51 multilinestring NOT NULL,
        c52 multipolygon NOT NULL, c53 geometrycollection NOT NULL, c54 int(5) zerofill NOT NULL,
        c55 varchar(20) CHARACTER SET latin1 NOT NULL, c56 char(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
    ) DEFAULT CHARSET=utf8mb4;";

const HARD_FOR_MYSQL: &str = "
    CREATE TABLE account (
        id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        code varchar(8) NOT NULL UNIQUE, CONSTRAINT shape CHECK (code REGEXP '^[A-Z]{2}-[0-9]{3}$'),
        status varchar(10) NOT NULL CHECK (status IN ('open', 'closed')),
        opened date NOT NULL, closed date NOT NULL, CONSTRAINT later CHECK (closed > opened),
        amount decimal(6,2) NOT NULL, CONSTRAINT much CHECK (amount >= 10 AND amount <= 20),
        twice decimal(8,2) GENERATED ALWAYS AS (amount * 2) STORED,
        at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()
    );
    CREATE TABLE node (id int PRIMARY KEY, parent int NOT NULL, CONSTRAINT up FOREIGN KEY (parent) REFERENCES node (id));
    CREATE TABLE booking (
        account bigint unsigned NOT NULL, line int NOT NULL, PRIMARY KEY (account, line),
        FOREIGN KEY (account) REFERENCES account (id)
    );
    CREATE TABLE a (id int PRIMARY KEY, b int);
    CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL, FOREIGN KEY (a) REFERENCES a (id));
    ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id);
    CREATE TABLE ranged (id int NOT NULL, y int NOT NULL) PARTITION BY RANGE (y)
        (PARTITION p0 VALUES LESS THAN (-500), PARTITION p1 VALUES LESS THAN (-100));
    CREATE TABLE listed (id int NOT NULL, k int NOT NULL) PARTITION BY LIST (k)
        (PARTITION p0 VALUES IN (1001, 1002), PARTITION p1 VALUES IN (1003));
    CREATE TABLE hashed (id int NOT NULL PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;
    CREATE TABLE never (n int NOT NULL, CONSTRAINT no_number CHECK (n > 5 AND n < 5));
    CREATE TABLE small (k enum('x','y') NOT NULL PRIMARY KEY, s set('p','q'));
    CREATE TABLE numbered (id int NOT NULL AUTO_INCREMENT PRIMARY KEY);
    CREATE TABLE guarded (n int);
    CREATE TRIGGER g BEFORE INSERT ON guarded FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no';";

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_mysql_has_values() {
    let Some(workshop) = scratch::mysql().await else { return };
    let (seeded, workshop) = seeded(workshop, EngineKind::MySql, EVERY_TYPE_OF_MYSQL).await;
    assert!(seeded.unseeded.is_empty(), "{:?}", seeded.unseeded);
    assert!(seeded.rows.values().all(|rows| *rows >= 3), "{:?}", seeded.rows);
    if workshop.version().is_mariadb() && workshop.version().at_least(10, 10) {
        let own = "CREATE TABLE own (a uuid NOT NULL, b inet6 NOT NULL, c inet4 NOT NULL)";
        let (seeded, _) = self::seeded(workshop, EngineKind::MySql, own).await;
        assert!(seeded.rows.values().all(|rows| *rows >= 3), "{seeded:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_meet_keys_conditions_and_partitions_of_mysql() {
    let Some(workshop) = scratch::mysql().await else { return };
    let (first, workshop) = seeded(workshop, EngineKind::MySql, HARD_FOR_MYSQL).await;
    let unseeded: Vec<String> = first.unseeded.iter().map(|(id, _)| id.name.name.to_string()).collect();
    assert_eq!(unseeded, ["guarded", "never"], "{:?}", first.unseeded);
    for (table, least) in [
        ("account", 1),
        ("node", 3),
        ("booking", 2),
        ("a", 2),
        ("b", 2),
        ("ranged", 2),
        ("listed", 2),
        ("hashed", 3),
        ("small", 2),
        ("numbered", 4),
    ] {
        let rows =
            first.rows.iter().find(|(id, _)| id.name.name.as_str() == table).map_or(0, |(_, rows)| *rows);
        assert!(rows >= least, "{table}: {rows} rows");
    }
    let (second, _) = seeded(workshop, EngineKind::MySql, HARD_FOR_MYSQL).await;
    assert_eq!(first, second, "the same each time");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_postgres_has_values() {
    let Some(workshop) = scratch::postgres().await else { return };
    let (seeded, _) = seeded(workshop, EngineKind::Postgres, EVERY_TYPE).await;
    assert!(seeded.unseeded.is_empty(), "{:?}", seeded.unseeded);
    assert!(seeded.rows.values().all(|rows| *rows >= 3), "{:?}", seeded.rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_meet_keys_conditions_and_bounds() {
    let Some(workshop) = scratch::postgres().await else { return };
    let (seeded, _) = seeded(workshop, EngineKind::Postgres, HARD).await;
    let unseeded: Vec<String> = seeded.unseeded.iter().map(|(id, _)| id.name.name.to_string()).collect();
    assert_eq!(unseeded, ["lonely", "never"], "{:?}", seeded.unseeded);
    for (table, least) in
        [("account", 1), ("customer", 4), ("booking", 4), ("event", 2), ("guarded", 4), ("coded", 1)]
    {
        let rows =
            seeded.rows.iter().find(|(id, _)| id.name.name.as_str() == table).map_or(0, |(_, rows)| *rows);
        assert!(rows >= least, "{table}: {rows} rows");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_the_same_each_time() {
    let Some(workshop) = scratch::postgres().await else { return };
    let (first, workshop) = seeded(workshop, EngineKind::Postgres, HARD).await;
    let (second, _) = seeded(workshop, EngineKind::Postgres, HARD).await;
    assert_eq!(first, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_sqlite_are_filled() {
    let script = "
        CREATE TABLE customer (
            id INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE CHECK (mail LIKE '%@%'),
            level INTEGER NOT NULL CHECK (level IN (7, 8)), born DATE, photo BLOB NOT NULL, balance DECIMAL(6,2),
            name VARCHAR(12) NOT NULL, flag BOOLEAN NOT NULL, data JSON
        );
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY AUTOINCREMENT, customer INTEGER NOT NULL REFERENCES customer (id),
            first TEXT NOT NULL, last TEXT NOT NULL, CHECK (last > first)
        );
        CREATE TABLE strict_one (a INT NOT NULL, b REAL NOT NULL, c TEXT NOT NULL, d BLOB NOT NULL, e ANY) STRICT;
        CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;";
    let (seeded, _) = seeded(Workshop::sqlite(), EngineKind::Sqlite, script).await;
    assert!(seeded.unseeded.is_empty(), "{:?}", seeded.unseeded);
    assert_eq!(seeded.rows.len(), 4);
    assert!(seeded.rows.values().all(|rows| *rows >= 3), "{:?}", seeded.rows);
}

async fn seeded(mut workshop: Workshop, engine: EngineKind, script: &str) -> (Seeded, Workshop) {
    let dialect: &dyn Dialect = dialect(engine).unwrap();
    let mut database = workshop.database().await.unwrap();
    database.connection.execute_script(script).await.unwrap();
    let schema: Schema = introspect(dialect, database.connection.as_mut()).await.unwrap();
    let ground = Ground { schema: &schema, desired: None, fallow: &BTreeSet::new() };
    let seeded = seed(database.connection.as_mut(), ground).await.unwrap();
    workshop.discard(database).await.unwrap();
    (seeded, workshop)
}
