-- before
CREATE TABLE orders (id bigint PRIMARY KEY, code text, amount bigint, price numeric(12,2), made timestamptz);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(8), amount integer, price numeric(10,1), made date);
