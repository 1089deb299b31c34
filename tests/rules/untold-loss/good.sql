-- engine sqlite
-- before
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, amount INTEGER);
-- after
CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL, amount INTEGER);
