-- privileges
-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
GRANT SELECT ON orders TO PUBLIC;
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
GRANT SELECT ON orders TO PUBLIC;
COMMENT ON TABLE orders IS 'what was bought';
