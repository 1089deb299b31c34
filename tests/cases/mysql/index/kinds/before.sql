CREATE TABLE t (id int PRIMARY KEY, a varchar(100), b text, c int, KEY k (a), UNIQUE KEY u (c));
