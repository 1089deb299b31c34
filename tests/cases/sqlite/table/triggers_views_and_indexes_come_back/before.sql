CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age INT, deleted INT DEFAULT 0);
CREATE TABLE log (what TEXT);
CREATE INDEX users_email ON users (lower(email));
CREATE UNIQUE INDEX users_live ON users (email COLLATE NOCASE DESC) WHERE deleted = 0;
CREATE VIEW adults AS SELECT * FROM users WHERE age >= 18;
CREATE VIEW adult_names AS SELECT email FROM adults;
CREATE TRIGGER users_log AFTER UPDATE OF email ON users WHEN old.email <> new.email
BEGIN
  INSERT INTO log (what) VALUES ('from ' || old.email || ' to ' || new.email); -- a note
  UPDATE users SET age = age WHERE id = new.id;
END;
CREATE TRIGGER adults_insert INSTEAD OF INSERT ON adults BEGIN INSERT INTO users (email, age) VALUES (new.email, 18); END;
