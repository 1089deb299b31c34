-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE VIEW notes AS SELECT id, note FROM orders;
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
