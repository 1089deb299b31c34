INSERT INTO t SELECT n, n, n FROM generate_series(1, 20) AS n;
INSERT INTO r VALUES (3);
