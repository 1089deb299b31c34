INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child VALUES (10, 1), (12, 2), (13, NULL);
INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
