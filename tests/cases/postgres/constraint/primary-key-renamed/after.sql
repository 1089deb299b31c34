CREATE TABLE t (id int, v text, CONSTRAINT new_key PRIMARY KEY (id), CONSTRAINT new_unique UNIQUE (v), CONSTRAINT new_check CHECK (id > 0));
CREATE TABLE r (x int CONSTRAINT new_reference REFERENCES t);
CREATE VIEW grouped AS SELECT id, v, count(*) FROM t GROUP BY id;
