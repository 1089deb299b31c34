-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
INSERT INTO orders (id) SELECT generate_series(1, 10);
ANALYZE orders;
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
INSERT INTO orders (id) SELECT generate_series(1, 10);
ANALYZE orders;
CREATE INDEX orders_note ON orders (note);
