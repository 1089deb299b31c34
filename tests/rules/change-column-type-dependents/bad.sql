-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE VIEW notes AS SELECT id, note, 1 AS one FROM orders;
CREATE TRIGGER watch BEFORE UPDATE OF amount ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount bigint);
CREATE VIEW notes AS SELECT id, note, 1 AS one FROM orders;
CREATE TRIGGER watch BEFORE UPDATE OF amount ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
