-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (amount > 0);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (amount > 0);
CREATE TABLE other (id bigint PRIMARY KEY);
ALTER TABLE other ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON other USING (id > 0);
