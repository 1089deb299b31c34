-- before
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, a integer, b integer, c integer, d integer);
CREATE INDEX short ON orders (a);
CREATE INDEX long ON orders (a, b);
CREATE INDEX again ON orders (id);
