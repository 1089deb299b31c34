-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer, twice integer GENERATED ALWAYS AS (amount * 2) STORED);
