-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, day date);
-- after
CREATE TABLE t (id int PRIMARY KEY, day date, price decimal(10,2) NOT NULL DEFAULT 1);
