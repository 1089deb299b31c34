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
