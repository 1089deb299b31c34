CREATE SEQUENCE s;
CREATE TABLE t (id bigint NOT NULL DEFAULT nextval(s), a int, c int DEFAULT nextval(s));
CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x + 1;
CREATE VIEW v AS SELECT f(t.id) AS b, a, c FROM t;
