-- engine mysql
-- before
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int);
-- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int, CONSTRAINT to_p FOREIGN KEY (p) REFERENCES p (id));
