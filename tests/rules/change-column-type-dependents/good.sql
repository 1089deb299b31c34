-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE VIEW notes AS SELECT id, note, 1 AS one FROM orders;
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount bigint);
CREATE VIEW notes AS SELECT id, note, 1 AS one FROM orders;
