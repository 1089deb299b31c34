CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(5) NOT NULL, c datetime NOT NULL, u char(36) DEFAULT 'none');
