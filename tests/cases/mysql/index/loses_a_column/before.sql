CREATE TABLE t (id int PRIMARY KEY, a int, b int, KEY ab (a, b), KEY b (b));
