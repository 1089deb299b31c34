-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer, made timestamp, sent timestamp(3));
