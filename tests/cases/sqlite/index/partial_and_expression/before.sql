CREATE TABLE t (a TEXT, b INT);
CREATE INDEX i ON t (a) WHERE b > 1;
CREATE INDEX j ON t (lower(a), b DESC);
