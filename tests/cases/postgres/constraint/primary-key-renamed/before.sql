CREATE TABLE t (id int, v text, CONSTRAINT old_key PRIMARY KEY (id), CONSTRAINT old_unique UNIQUE (v), CONSTRAINT old_check CHECK (id > 0));
CREATE TABLE r (x int CONSTRAINT old_reference REFERENCES t);
CREATE VIEW grouped AS SELECT id, v, count(*) FROM t GROUP BY id;
