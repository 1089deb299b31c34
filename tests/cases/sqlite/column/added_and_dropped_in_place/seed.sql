INSERT INTO p VALUES (1);
INSERT INTO t VALUES (1, 'a', 1, 'k'), (2, 'b', NULL, 'l');
