-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE UNLOGGED TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
