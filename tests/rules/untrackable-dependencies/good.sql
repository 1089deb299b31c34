-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE FUNCTION report() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(note) FROM orders); END';
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, amount integer);
CREATE FUNCTION report() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(amount) FROM orders); END';
