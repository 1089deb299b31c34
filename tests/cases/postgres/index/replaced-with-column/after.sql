CREATE FUNCTION level(text) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT length($1)::bigint';
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE INDEX on_column ON t ((a + 1));
CREATE INDEX on_function ON t (level(b) DESC);
