INSERT INTO kv VALUES ('a', x'00ff'), ('b', 'text'), ('c', 1.5);
