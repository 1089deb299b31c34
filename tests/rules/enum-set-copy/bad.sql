-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, mood enum('good','bad'));
-- after
CREATE TABLE t (id int PRIMARY KEY, mood enum('bad','good'));
