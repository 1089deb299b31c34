-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE TABLE other (id bigint PRIMARY KEY);
ALTER TABLE other ENABLE ROW LEVEL SECURITY;
