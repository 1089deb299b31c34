CREATE TABLE t (id int PRIMARY KEY, j json, n varchar(20) COLLATE utf8mb4_bin);
