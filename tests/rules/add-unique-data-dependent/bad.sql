-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text UNIQUE, amount integer);
CREATE UNIQUE INDEX orders_amount ON orders (amount, note);
CREATE UNIQUE INDEX orders_lower ON orders (lower(note));
