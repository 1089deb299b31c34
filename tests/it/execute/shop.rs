//! A shop before and after a plan, for each kind of server: every kind of unit, and rows that stay.

/// Every kind of unit: transactions, statements outside them, validations, and both a table and rows to keep.
pub const PG_BEFORE: &str = "
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text, mood mood);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, day date, note text, cents int);
    CREATE INDEX orders_note ON orders (note);
    CREATE VIEW names AS SELECT name FROM customers;
    INSERT INTO customers SELECT i, 'name ' || i, i || '@example.com', 'good' FROM generate_series(1, 50) i;
    INSERT INTO orders SELECT i, 1 + i % 50, '2026-01-01'::date + i, 'note ' || i, i FROM generate_series(1, 200) i;";
pub const PG_AFTER: &str = "
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, mood mood,
        since date DEFAULT '2026-01-01', CONSTRAINT customers_email UNIQUE (email));
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id), day date,
        note text, cents int, CONSTRAINT cents_not_negative CHECK (cents >= 0));
    CREATE INDEX orders_day ON orders (day);
    CREATE TABLE returns (id int PRIMARY KEY, order_id int REFERENCES orders (id));
    CREATE VIEW names AS SELECT name, email FROM customers;";

pub const LITE_BEFORE: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, note TEXT);
    CREATE INDEX orders_note ON orders (note);
    CREATE VIEW names AS SELECT name FROM customers;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        INSERT INTO customers SELECT i, 'name ' || i, i || '@example.com' FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO orders SELECT i, 1 + i % 50, 'note ' || i FROM n;";
pub const LITE_AFTER: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), note TEXT,
        status TEXT);
    CREATE INDEX orders_status ON orders (status);
    CREATE TABLE returns (id INTEGER PRIMARY KEY, reason TEXT);
    CREATE VIEW names AS SELECT name, email FROM customers;";

pub const MARIA_BEFORE: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name varchar(80) NOT NULL, email varchar(80));
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, day date, note varchar(80), cents int,
        KEY orders_note (note));
    CREATE VIEW names AS SELECT name FROM customers;
    INSERT INTO customers SELECT seq, CONCAT('name ', seq), CONCAT(seq, '@example.com') FROM seq_1_to_50;
    INSERT INTO orders SELECT seq, 1 + seq % 50, '2026-01-01' + INTERVAL seq DAY, CONCAT('note ', seq), seq
        FROM seq_1_to_200;";
pub const MARIA_AFTER: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name varchar(80) NOT NULL, email varchar(80) NOT NULL,
        since date DEFAULT '2026-01-01', UNIQUE KEY customers_email (email));
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, day date, note varchar(80), cents int,
        KEY orders_customer (customer_id), KEY orders_day (day),
        CONSTRAINT cents_not_negative CHECK (cents >= 0),
        CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id));
    CREATE TABLE returns (id int PRIMARY KEY, order_id int, KEY returns_order (order_id),
        CONSTRAINT returns_order FOREIGN KEY (order_id) REFERENCES orders (id));
    CREATE VIEW names AS SELECT name, email FROM customers;
    CREATE TRIGGER trimmed BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = TRIM(NEW.note);";

/// One change of the dictionary alone.
pub const MARIA_WIDER: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name varchar(80) NOT NULL, email varchar(80),
        since date DEFAULT '2026-01-01');
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, day date, note varchar(80), cents int,
        KEY orders_note (note));
    CREATE VIEW names AS SELECT name FROM customers;";
