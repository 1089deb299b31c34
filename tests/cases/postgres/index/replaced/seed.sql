INSERT INTO t (id, a, b, c) SELECT n, n, 'x' || n, n FROM generate_series(1, 50) AS n;
