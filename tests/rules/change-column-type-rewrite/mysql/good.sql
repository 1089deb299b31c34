-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a int);
-- after
CREATE TABLE t (id int PRIMARY KEY, a int, b bigint);
