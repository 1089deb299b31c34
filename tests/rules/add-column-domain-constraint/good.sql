-- before
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN plain AS integer;
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN plain AS integer;
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer, count plain);
