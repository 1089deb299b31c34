-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a int, KEY by_a (a));
-- after
CREATE TABLE t (id int PRIMARY KEY, a int);
