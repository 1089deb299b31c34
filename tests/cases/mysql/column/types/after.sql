CREATE TABLE t (id int PRIMARY KEY, a varchar(60), b varchar(64), c enum('a','b','c'), d int NOT NULL DEFAULT 0, e int);
