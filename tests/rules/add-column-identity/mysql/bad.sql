-- engine mysql
-- before
CREATE TABLE t (a int);
-- after
CREATE TABLE t (a int, id int AUTO_INCREMENT PRIMARY KEY);
