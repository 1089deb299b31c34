-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer, CONSTRAINT later CHECK (amount > 0));
