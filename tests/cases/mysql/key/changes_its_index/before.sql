CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int, gone int, KEY one (a), KEY other (gone), CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id));
