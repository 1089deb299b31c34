-- What PostgreSQL 15 brought. Loaded after postgres-14.sql.

ALTER TABLE zoo.spans ADD CONSTRAINT spans_code UNIQUE NULLS NOT DISTINCT (code);
CREATE UNIQUE INDEX spans_distinct ON zoo.spans (note) NULLS NOT DISTINCT;
CREATE VIEW zoo.invoked WITH (security_invoker = true) AS SELECT id FROM zoo.species;
CREATE PUBLICATION zoo_modern FOR TABLE zoo.species (id, name) WHERE (id > 5), zoo.visit;
CREATE PUBLICATION zoo_schemas FOR TABLE zoo.child, TABLES IN SCHEMA "Odd Schema";
CREATE UNLOGGED SEQUENCE zoo.fleeting;
CREATE TABLE zoo.half_there (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE zoo.half_gone (a integer, b integer, CONSTRAINT half_gone_fk FOREIGN KEY (a, b)
  REFERENCES zoo.half_there (a, b) ON DELETE SET NULL (b));
