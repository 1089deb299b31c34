CREATE TABLE t (id int PRIMARY KEY, a varchar(20), b varchar(50), c enum('a','b'), d int, e int NOT NULL);
