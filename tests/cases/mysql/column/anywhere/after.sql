CREATE TABLE t (z int, id int PRIMARY KEY, a int NOT NULL DEFAULT 3, b varchar(10), c datetime DEFAULT current_timestamp() ON UPDATE current_timestamp(), d int, e text COMMENT 'it''s');
