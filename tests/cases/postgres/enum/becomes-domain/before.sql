CREATE TYPE state AS ENUM ('a', 'b');
CREATE TYPE whole AS (s state, n int);
CREATE TABLE t (id int PRIMARY KEY, s state DEFAULT 'a' NOT NULL, many state[]);
CREATE VIEW v AS SELECT s FROM t;
