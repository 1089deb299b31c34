CREATE FUNCTION ok(val text, strict boolean DEFAULT false) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> ''x''';
CREATE FUNCTION one(bigint) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE DOMAIN known AS text DEFAULT one(1)::text CHECK (ok(VALUE));
CREATE TABLE t (id int PRIMARY KEY, a text CHECK (ok(a)), b int DEFAULT one(2));
CREATE INDEX t_ok ON t (ok(a)) WHERE ok(a);
CREATE VIEW v AS SELECT one(1) AS x;
