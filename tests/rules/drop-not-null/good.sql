-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, more text);
