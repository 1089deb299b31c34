INSERT INTO t VALUES (1, 'a', 'x', 1, 4), (2, 'b', 'y', 1, 5);
