-- What the indexes are on changes its type or its function: the old ones cannot wait for their successors.
CREATE FUNCTION level(text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT length($1)';
CREATE TABLE t (id int PRIMARY KEY, a text, b text);
CREATE INDEX on_column ON t (lower(a));
CREATE INDEX on_function ON t (level(b));
