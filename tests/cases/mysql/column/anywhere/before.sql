CREATE TABLE t (id int PRIMARY KEY, b varchar(10), d int);
