INSERT INTO t VALUES (1, 'a', 2, now(), 'ok', '{x}'), (2, 'b', 3, now(), 'sad', '{}');
