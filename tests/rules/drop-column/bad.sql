-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer, tax integer,
    twice integer GENERATED ALWAYS AS (amount * 2) STORED);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, amount integer,
    tax integer GENERATED ALWAYS AS (amount / 5) STORED,
    twice integer GENERATED ALWAYS AS (amount + amount) STORED);
