CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 1, b varchar(5) NOT NULL DEFAULT 'x', c datetime NOT NULL DEFAULT current_timestamp(), u char(36) DEFAULT (uuid()));
