CREATE TABLE t (id int PRIMARY KEY, a varchar(100), b text, c int, KEY k (a(10) DESC, c), UNIQUE KEY u (c) COMMENT 'one', FULLTEXT KEY f (b), KEY unseen (c) IGNORED);
