INSERT INTO t (rowid, a, b) VALUES (7, 'x', 'y'), (90, 'z', NULL);
