-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b text) DEFAULT CHARSET latin1;
-- after
CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b text) DEFAULT CHARSET utf8mb4;
