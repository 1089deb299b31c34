CREATE TABLE old (id int PRIMARY KEY, a int, KEY k (a));
