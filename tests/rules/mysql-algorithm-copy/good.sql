-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY) ENGINE=InnoDB;
-- after
CREATE TABLE t (id int PRIMARY KEY, a int) ENGINE=InnoDB;
