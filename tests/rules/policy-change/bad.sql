-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (amount > 0);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (amount > 10);
CREATE POLICY more ON orders AS RESTRICTIVE USING (id > 1);
