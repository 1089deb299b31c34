-- engine sqlite
-- before
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, amount INTEGER);
-- after
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, amount INTEGER, state TEXT DEFAULT 'new');
CREATE INDEX orders_amount ON orders (amount);
