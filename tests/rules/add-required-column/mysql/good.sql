-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY);
-- after
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL DEFAULT 1);
