-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b int, c decimal(10,2), d varchar(20));
-- after
CREATE TABLE t (id int PRIMARY KEY, a varchar(10), b smallint unsigned, c decimal(8,2), d int);
