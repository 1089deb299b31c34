INSERT INTO users VALUES (1, 'a@example.org', 20, 0), (7, 'b@example.org', 10, 1);
