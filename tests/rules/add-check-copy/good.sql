-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a int);
-- after
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE TABLE fresh (a int PRIMARY KEY, CONSTRAINT positive CHECK (a > 0));
