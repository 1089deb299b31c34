CREATE TABLE t (id int PRIMARY KEY, a int, v int GENERATED ALWAYS AS (a + 1) VIRTUAL, s int);
