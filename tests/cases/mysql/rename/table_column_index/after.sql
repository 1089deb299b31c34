CREATE TABLE new (id int PRIMARY KEY, b int, KEY k (b));
