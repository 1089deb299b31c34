-- What is named and not compared. Loaded after the zoo, only where it is read.

SELECT lo_create(0) IS NULL;
CREATE TYPE zoo.shell;
CREATE OPERATOR zoo.<@# (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_lt,
  COMMUTATOR = OPERATOR(zoo.@>#));
CREATE FUNCTION pg_catalog.zoo_stray() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION zoo.compare(integer, numeric) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';
ALTER OPERATOR FAMILY integer_ops USING btree ADD FUNCTION 1 (integer, numeric) zoo.compare(integer, numeric);

-- The state of triggers.
ALTER TABLE zoo.visit_2024 DISABLE TRIGGER visit_touch;
ALTER TABLE zoo.visit_note DISABLE TRIGGER ALL;

-- Marks, dependencies, storage.
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
CREATE EXTENSION citext SCHEMA zoo;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER FUNCTION zoo.watch() DEPENDS ON EXTENSION citext;
ALTER MATERIALIZED VIEW zoo.totals CLUSTER ON totals_key;
ALTER MATERIALIZED VIEW zoo.totals ALTER COLUMN n SET (n_distinct = 5);
-- A tablespace is the cluster's: another database may have made it already.
\set ON_ERROR_STOP off
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE zoo_space LOCATION '';
\set ON_ERROR_STOP on
CREATE TABLE zoo.elsewhere (id integer) TABLESPACE zoo_space;
CREATE INDEX elsewhere_id ON zoo.elsewhere (id) TABLESPACE zoo_space;
CREATE TABLE zoo.partly (id integer PRIMARY KEY USING INDEX TABLESPACE zoo_space);

-- Comments and privileges on what is a part of something else, or not ours.
COMMENT ON INDEX zoo.animal_pk IS 'the index, not the key';
COMMENT ON SEQUENCE zoo.species_id_seq IS 'behind an identity';
COMMENT ON FUNCTION zoo.span(double precision, double precision) IS 'made by its type';
COMMENT ON TYPE zoo.shell IS 'not yet';
GRANT USAGE ON SEQUENCE zoo.species_id_seq TO zoo_reader;
GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO zoo_reader;
REVOKE EXECUTE ON FUNCTION zoo.citextin(cstring), zoo.citextout(zoo.citext) FROM PUBLIC;

-- The database itself.
DO $$ BEGIN
  EXECUTE format('COMMENT ON DATABASE %I IS ''zoo''', current_database());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO zoo_reader', current_database());
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
  EXECUTE format('ALTER ROLE zoo_reader IN DATABASE %I SET work_mem = ''6MB''', current_database());
END $$;

SELECT current_setting('server_version_num')::integer / 10000 AS version \gset
SELECT :version >= 14 AS since_14, :version >= 15 AS since_15, :version >= 18 AS since_18 \gset
\if :since_14
-- As DETACH … CONCURRENTLY leaves it when it is broken off.
SET allow_system_table_mods = on;
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'zoo.hashed_0'::regclass;
\endif
\if :since_15
GRANT SET ON PARAMETER zoo.volume TO zoo_reader;
\endif
\if :since_18
COMMENT ON CONSTRAINT animal_species_id_not_null ON zoo.animal IS 'a part of its column';
\endif
