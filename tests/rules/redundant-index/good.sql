-- before
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
CREATE INDEX one ON orders (a);
CREATE INDEX two ON orders (b, a);
CREATE INDEX part ON orders (b) WHERE a > 0;
