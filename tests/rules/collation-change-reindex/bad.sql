-- before
CREATE TABLE orders (id bigint PRIMARY KEY, name text);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, name text COLLATE "C");
