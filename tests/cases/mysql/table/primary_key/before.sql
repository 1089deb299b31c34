CREATE TABLE t (id int NOT NULL, a int NOT NULL, PRIMARY KEY (id), CONSTRAINT positive CHECK (a > 0)); CREATE TABLE gone (a int);
