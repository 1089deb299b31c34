CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'ok', ms mood[]);
CREATE VIEW v AS SELECT m FROM t WHERE m = 'ok';
CREATE INDEX i ON t (m) WHERE m <> 'sad';
