-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE INDEX orders_note ON orders (note);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE INDEX orders_note ON orders (note);
CREATE INDEX orders_both ON orders (note, amount);
