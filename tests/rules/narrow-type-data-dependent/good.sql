-- before
CREATE TABLE orders (id bigint PRIMARY KEY, code text, amount bigint, price numeric(12,2), made timestamptz);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, code text, amount numeric, price numeric(14,2), made timestamptz);
