CREATE TABLE t (id int PRIMARY KEY, n numeric(10, 2));
CREATE VIEW v AS SELECT id, n FROM t;
