CREATE TABLE t (a INT, b INT, total INT AS (a + b + 1) VIRTUAL, twice INT, product INT AS (a * b) STORED, half REAL AS (a / 2.0));
