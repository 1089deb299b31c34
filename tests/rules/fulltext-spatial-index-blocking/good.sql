-- engine mysql
-- before
CREATE TABLE t (id int PRIMARY KEY, note text);
-- after
CREATE TABLE t (id int PRIMARY KEY, note text, KEY words (note(10)));
