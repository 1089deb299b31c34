-- before
CREATE TABLE orders (id bigint PRIMARY KEY, x integer, y integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, x bigint, y integer);
