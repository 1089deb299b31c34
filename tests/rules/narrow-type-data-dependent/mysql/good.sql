-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b int, c decimal(10,2), d varchar(20));
-- after
CREATE TABLE t (id int PRIMARY KEY, a varchar(40), b bigint, c decimal(12,2), d varchar(20));
