-- before
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
CREATE INDEX wide ON orders (a, b, c, d);
