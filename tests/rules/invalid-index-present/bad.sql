-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE INDEX orders_note ON orders (note);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_note'::regclass;
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE INDEX orders_note ON orders (note);
