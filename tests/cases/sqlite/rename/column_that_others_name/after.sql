CREATE TABLE t (id INTEGER PRIMARY KEY, fresh TEXT CHECK (length(fresh) > 0), up TEXT REFERENCES t (fresh), UNIQUE (fresh));
CREATE INDEX i ON t (lower(fresh));
CREATE VIEW v AS SELECT id, fresh FROM t;
CREATE TRIGGER tr AFTER UPDATE OF fresh ON t BEGIN UPDATE t SET fresh = new.fresh WHERE id = 1; END;
