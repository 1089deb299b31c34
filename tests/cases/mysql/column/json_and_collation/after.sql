CREATE TABLE t (id int PRIMARY KEY, j json DEFAULT '{}' COMMENT 'doc', n varchar(20) CHARACTER SET latin1, hidden int INVISIBLE DEFAULT 1);
