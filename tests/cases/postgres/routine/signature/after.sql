CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint';
CREATE TABLE t (id int DEFAULT f(1), n int CHECK (f(n) > 0));
