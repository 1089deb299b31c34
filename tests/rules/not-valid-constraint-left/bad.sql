-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
ALTER TABLE orders ADD CONSTRAINT later CHECK (amount > 0) NOT VALID;
