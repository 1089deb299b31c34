CREATE TABLE t (s varchar(10) CHECK (s IN ('a', 'it''s')));
CREATE INDEX i ON t (s) WHERE s IN ('a', 'b');
