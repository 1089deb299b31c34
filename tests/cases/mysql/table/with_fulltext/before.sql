CREATE TABLE t (id int PRIMARY KEY, b text, FULLTEXT KEY f (b));
