-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, mood enum('good','it''s bad'), many set('a','b'));
-- after
CREATE TABLE t (id int PRIMARY KEY, mood enum('good'), many set('b'));
