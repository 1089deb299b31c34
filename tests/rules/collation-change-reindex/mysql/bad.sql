-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, a varchar(20) COLLATE utf8mb4_general_ci);
-- after
CREATE TABLE t (id int PRIMARY KEY, a varchar(20) COLLATE utf8mb4_bin);
