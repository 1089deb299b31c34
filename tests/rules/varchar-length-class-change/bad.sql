-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, note varchar(50));
-- after
CREATE TABLE t (id int PRIMARY KEY, note varchar(300));
