CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p_id int, KEY p_id (p_id), CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id));
