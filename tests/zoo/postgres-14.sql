-- What PostgreSQL 14 brought. Loaded after postgres.sql.

CREATE TYPE zoo.ranged AS RANGE (subtype = date, multirange_type_name = zoo.many_ranged);
CREATE TABLE zoo.spans (during zoo.ranged, gaps zoo.many_ranged, note text COMPRESSION pglz, code text);
CREATE FUNCTION zoo.modern(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT x + zoo.add(x); END;
CREATE FUNCTION zoo.returns_now(x zoo.ranged) RETURNS date LANGUAGE sql RETURN lower(x);
CREATE PROCEDURE zoo.out_proc(IN a integer, OUT b integer) LANGUAGE plpgsql AS $$BEGIN b := a; END$$;
CREATE STATISTICS zoo.expressions ON (lower(name)), latin FROM zoo.species;
-- Server 13 does not tell which subscription a comment belongs to.
COMMENT ON SUBSCRIPTION zoo_sub IS 'from nowhere';
