-- Every kind of object that PostgreSQL 13 and later can hold, at least once, with awkward names among them.
-- Roles belong to the cluster, not to a database: they are made only where they are missing.

DO $$ BEGIN
  CREATE ROLE zoo_reader LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  CREATE ROLE "Zoo ""Keeper""";
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

CREATE SCHEMA zoo;
COMMENT ON SCHEMA zoo IS 'animals; ''quoted'' \ and more';
CREATE SCHEMA "Odd Schema" AUTHORIZATION "Zoo ""Keeper""";
GRANT USAGE ON SCHEMA zoo TO zoo_reader;
GRANT CREATE ON SCHEMA zoo TO "Zoo ""Keeper""" WITH GRANT OPTION;

-- Types.
CREATE TYPE zoo.mood AS ENUM ('calm', 'it''s "angry"', 'asleep');
COMMENT ON TYPE zoo.mood IS 'how it feels';
REVOKE USAGE ON TYPE zoo.mood FROM PUBLIC;
GRANT USAGE ON TYPE zoo.mood TO zoo_reader;
CREATE TYPE "Odd Schema"."Empty Enum" AS ENUM ();
CREATE COLLATION zoo.german (provider = libc, locale = 'C');
COMMENT ON COLLATION zoo.german IS 'not very german';
CREATE DOMAIN zoo.positive AS integer DEFAULT 1 NOT NULL CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN zoo.label AS character varying(40) COLLATE zoo.german;
ALTER DOMAIN zoo.label ADD CONSTRAINT "no blanks" CHECK (VALUE <> '') NOT VALID;
COMMENT ON DOMAIN zoo.label IS 'short text';
COMMENT ON CONSTRAINT positive_check ON DOMAIN zoo.positive IS 'above zero';
CREATE DOMAIN zoo.small_positive AS zoo.positive CHECK (VALUE < 100);
CREATE TYPE zoo.size AS (width numeric(8,2), height numeric(8,2), "note text" text COLLATE "C");
COMMENT ON TYPE zoo.size IS 'in metres';
COMMENT ON COLUMN zoo.size.width IS 'side to side';
CREATE TYPE zoo.nothing AS ();
CREATE TYPE zoo.span AS RANGE (subtype = double precision, subtype_diff = float8mi);
COMMENT ON TYPE zoo.span IS 'from here to there';
CREATE TYPE zoo.text_span AS RANGE (subtype = text, collation = "C");

-- Routines.
CREATE FUNCTION zoo.add(a integer, b integer DEFAULT 2) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'SELECT a + b';
COMMENT ON FUNCTION zoo.add(integer, integer) IS 'adds';
CREATE FUNCTION zoo.add(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$SELECT a || b || '$$'$body$;
CREATE FUNCTION zoo."Odd ""Name"""(VARIADIC "All Of" zoo.mood[]) RETURNS bigint
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'zoo', 'pg_temp' AS $$BEGIN RETURN cardinality("All Of"); END$$;
CREATE FUNCTION zoo.both(INOUT x integer, OUT y text) LANGUAGE sql AS $$SELECT x, x::text$$;
CREATE FUNCTION zoo.many(n integer) RETURNS TABLE (id integer, name text) LANGUAGE sql ROWS 10
  AS $$SELECT g, g::text FROM generate_series(1, n) g$$;
CREATE FUNCTION zoo.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE FUNCTION zoo.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$;
REVOKE ALL ON FUNCTION zoo.touch() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION zoo.touch() TO zoo_reader WITH GRANT OPTION;
CREATE PROCEDURE zoo.feed(animal integer, amount numeric DEFAULT 1.5) LANGUAGE plpgsql AS $$BEGIN END$$;
COMMENT ON PROCEDURE zoo.feed(integer, numeric) IS 'every day';
ALTER FUNCTION zoo.add(text, text) OWNER TO "Zoo ""Keeper""";
CREATE FUNCTION zoo.state_add(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION zoo.state_sub(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE FUNCTION zoo.state_end(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE zoo.total(integer) (
  SFUNC = zoo.state_add, STYPE = bigint, SSPACE = 16, FINALFUNC = zoo.state_end, FINALFUNC_MODIFY = READ_ONLY,
  COMBINEFUNC = int8pl, INITCOND = '0',
  MSFUNC = zoo.state_add, MINVFUNC = zoo.state_sub, MSTYPE = bigint, MFINALFUNC = zoo.state_end, MINITCOND = '0',
  PARALLEL = SAFE);
COMMENT ON AGGREGATE zoo.total(integer) IS 'sums up';
CREATE AGGREGATE zoo.largest(integer) (SFUNC = int4larger, STYPE = integer, SORTOP = >);
CREATE AGGREGATE zoo.middle(double precision ORDER BY anyelement) (
  SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE zoo.how_many(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');

-- Operators and what is built from them.
CREATE FUNCTION zoo.mood_score(zoo.mood) RETURNS integer LANGUAGE sql IMMUTABLE
  AS $$SELECT CASE $1 WHEN 'calm' THEN 1 WHEN 'asleep' THEN 0 ELSE 2 END$$;
CREATE FUNCTION zoo.size_area(zoo.size) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$SELECT $1.width * $1.height$$;
CREATE FUNCTION zoo.size_lt(zoo.size, zoo.size) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT zoo.size_area($1) < zoo.size_area($2)';
CREATE FUNCTION zoo.size_le(zoo.size, zoo.size) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT zoo.size_area($1) <= zoo.size_area($2)';
CREATE FUNCTION zoo.size_eq(zoo.size, zoo.size) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT zoo.size_area($1) = zoo.size_area($2)';
CREATE FUNCTION zoo.size_ge(zoo.size, zoo.size) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT zoo.size_area($1) >= zoo.size_area($2)';
CREATE FUNCTION zoo.size_gt(zoo.size, zoo.size) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT zoo.size_area($1) > zoo.size_area($2)';
CREATE FUNCTION zoo.size_cmp(zoo.size, zoo.size) RETURNS integer LANGUAGE sql IMMUTABLE
  AS 'SELECT sign(zoo.size_area($1) - zoo.size_area($2))::integer';
CREATE OPERATOR zoo.<# (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_lt, COMMUTATOR = OPERATOR(zoo.>#),
  NEGATOR = OPERATOR(zoo.>=#), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR zoo.<=# (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_le);
CREATE OPERATOR zoo.=# (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_eq, COMMUTATOR = OPERATOR(zoo.=#), MERGES, HASHES);
CREATE OPERATOR zoo.>=# (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_ge, NEGATOR = OPERATOR(zoo.<#));
CREATE OPERATOR zoo.># (LEFTARG = zoo.size, RIGHTARG = zoo.size, FUNCTION = zoo.size_gt, COMMUTATOR = OPERATOR(zoo.<#));
CREATE OPERATOR zoo.## (RIGHTARG = zoo.mood, FUNCTION = zoo.mood_score);
COMMENT ON OPERATOR zoo.## (NONE, zoo.mood) IS 'score';
CREATE OPERATOR FAMILY zoo.size_family USING btree;
CREATE OPERATOR CLASS zoo.size_ops FOR TYPE zoo.size USING btree FAMILY zoo.size_family AS
  OPERATOR 1 zoo.<#, OPERATOR 2 zoo.<=#, OPERATOR 3 zoo.=#, OPERATOR 4 zoo.>=#, OPERATOR 5 zoo.>#,
  FUNCTION 1 zoo.size_cmp(zoo.size, zoo.size);
COMMENT ON OPERATOR CLASS zoo.size_ops USING btree IS 'by area';
CREATE OPERATOR FAMILY zoo.loose USING btree;
ALTER OPERATOR FAMILY zoo.loose USING btree ADD
  OPERATOR 1 < (integer, integer), FUNCTION 1 (integer, integer) btint4cmp(integer, integer);
COMMENT ON OPERATOR FAMILY zoo.loose USING btree IS 'without a class';
CREATE CAST (zoo.mood AS integer) WITH FUNCTION zoo.mood_score(zoo.mood) AS ASSIGNMENT;
COMMENT ON CAST (zoo.mood AS integer) IS 'score';
CREATE CAST (zoo.size AS text) WITH INOUT;
CREATE CONVERSION zoo.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION zoo.latin IS 'from the west';

-- Tables.
CREATE SEQUENCE zoo.tickets AS integer START WITH 100 INCREMENT BY 5 MINVALUE 10 MAXVALUE 100000 CACHE 3 CYCLE;
COMMENT ON SEQUENCE zoo.tickets IS 'numbers';
GRANT USAGE ON SEQUENCE zoo.tickets TO zoo_reader;
CREATE TABLE zoo.species (
  id integer GENERATED ALWAYS AS IDENTITY (START WITH 7 INCREMENT BY 2) PRIMARY KEY,
  name text NOT NULL UNIQUE,
  latin character varying(80) COLLATE "C",
  "Odd ""Column""" numeric(10,2) DEFAULT 0.5,
  seen timestamp with time zone DEFAULT now() NOT NULL,
  tags text[] DEFAULT '{}'::text[],
  mood zoo.mood DEFAULT 'calm'::zoo.mood,
  moods zoo.mood[],
  size zoo.size,
  kept zoo.positive,
  slots integer GENERATED BY DEFAULT AS IDENTITY,
  name_length integer GENERATED ALWAYS AS (length(name)) STORED,
  ticket integer DEFAULT nextval('zoo.tickets'::regclass),
  CONSTRAINT "latin is long" CHECK (length(latin::text) > 2),
  CONSTRAINT deferred_key UNIQUE (latin, kept) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
COMMENT ON TABLE zoo.species IS 'kinds of animal';
COMMENT ON COLUMN zoo.species.name IS 'in english';
COMMENT ON CONSTRAINT "latin is long" ON zoo.species IS 'no abbreviations';
ALTER TABLE zoo.species ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN latin SET STATISTICS 500,
  ALTER COLUMN latin SET (n_distinct = -0.5);
ALTER TABLE zoo.species ADD CONSTRAINT late CHECK (kept > 1) NOT VALID;
ALTER TABLE zoo.species REPLICA IDENTITY FULL;
GRANT SELECT ON zoo.species TO zoo_reader;
GRANT UPDATE (name, latin) ON zoo.species TO zoo_reader;
GRANT INSERT ON zoo.species TO "Zoo ""Keeper""" WITH GRANT OPTION;
CREATE INDEX species_latin ON zoo.species USING btree (latin DESC NULLS LAST, lower(name)) INCLUDE (seen)
  WITH (fillfactor = 80) WHERE kept IS NOT NULL;
ALTER INDEX zoo.species_latin ALTER COLUMN 2 SET STATISTICS 300;
COMMENT ON INDEX zoo.species_latin IS 'partial';
CREATE UNIQUE INDEX "Odd ON Index USING" ON zoo.species (name text_pattern_ops);
CREATE INDEX species_tags ON zoo.species USING gin (tags);
CREATE INDEX species_size ON zoo.species (size zoo.size_ops);
CREATE STATISTICS zoo.species_stats (ndistinct, dependencies) ON name, latin FROM zoo.species;
ALTER STATISTICS zoo.species_stats SET STATISTICS 200;
COMMENT ON STATISTICS zoo.species_stats IS 'correlated';

CREATE TABLE zoo.animal (
  id bigserial,
  species_id integer NOT NULL,
  mother bigint,
  nick zoo.label,
  born date,
  stay tsrange,
  cage integer,
  CONSTRAINT animal_pk PRIMARY KEY (id),
  CONSTRAINT animal_nick UNIQUE (species_id, nick) INCLUDE (born),
  CONSTRAINT animal_species FOREIGN KEY (species_id) REFERENCES zoo.species (id) ON UPDATE CASCADE ON DELETE RESTRICT,
  CONSTRAINT animal_mother FOREIGN KEY (mother) REFERENCES zoo.animal DEFERRABLE,
  CONSTRAINT animal_stay EXCLUDE USING gist (stay WITH &&) WHERE (cage IS NOT NULL)
);
ALTER TABLE zoo.animal ADD CONSTRAINT late_fk FOREIGN KEY (cage) REFERENCES zoo.species (id) NOT VALID;
CREATE INDEX animal_cluster ON zoo.animal (species_id);
ALTER TABLE zoo.animal CLUSTER ON animal_cluster;
CREATE UNIQUE INDEX animal_replica ON zoo.animal (species_id, id);
ALTER TABLE zoo.animal REPLICA IDENTITY USING INDEX animal_replica;
ALTER TABLE zoo.animal OWNER TO "Zoo ""Keeper""";

CREATE TRIGGER touch_it BEFORE INSERT OR UPDATE OF nick ON zoo.animal FOR EACH ROW
  WHEN (NEW.cage IS NOT NULL) EXECUTE FUNCTION zoo.touch('a', 'b');
COMMENT ON TRIGGER touch_it ON zoo.animal IS 'touches';
CREATE TRIGGER "disabled one" AFTER DELETE ON zoo.animal REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION zoo.touch();
ALTER TABLE zoo.animal DISABLE TRIGGER "disabled one";
CREATE TRIGGER always AFTER TRUNCATE ON zoo.animal EXECUTE FUNCTION zoo.touch();
ALTER TABLE zoo.animal ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON zoo.animal DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION zoo.touch();
ALTER TABLE zoo.animal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON zoo.animal FOR SELECT TO zoo_reader, "Zoo ""Keeper""" USING (cage > 0);
CREATE POLICY strict ON zoo.animal AS RESTRICTIVE USING (true) WITH CHECK (cage < 10);
COMMENT ON POLICY mine ON zoo.animal IS 'own cages';
CREATE RULE quiet AS ON UPDATE TO zoo.animal WHERE (OLD.id = 0) DO INSTEAD NOTHING;
CREATE RULE replica_rule AS ON DELETE TO zoo.animal DO ALSO SELECT 1;
ALTER TABLE zoo.animal DISABLE RULE quiet;
ALTER TABLE zoo.animal ENABLE REPLICA RULE replica_rule;
COMMENT ON RULE quiet ON zoo.animal IS 'hush';

CREATE UNLOGGED TABLE "Odd Schema"."Table; DROP" ("select" integer, "a b" text);
CREATE TABLE zoo.typed OF zoo.size (width WITH OPTIONS NOT NULL, PRIMARY KEY (width));
CREATE TABLE zoo.wide_name_wide_name_wide_name_wide_name_wide_name_wide_name_ (
  column_name_column_name_column_name_column_name_column_name_col integer NOT NULL);
CREATE TABLE zoo.no_columns ();

-- Classic inheritance.
CREATE TABLE zoo.parent (id integer NOT NULL, note text DEFAULT 'p', CONSTRAINT noted CHECK (note <> ''));
CREATE TABLE zoo.other_parent (id integer, extra text);
CREATE TABLE zoo.child (own integer, note text DEFAULT 'c') INHERITS (zoo.parent, zoo.other_parent);
ALTER TABLE zoo.parent ADD CONSTRAINT local_only CHECK (id > 0) NO INHERIT;

-- Partitions.
CREATE TABLE zoo.visit (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  at timestamp without time zone NOT NULL,
  species_id integer REFERENCES zoo.species (id),
  price numeric CHECK (price >= 0),
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE zoo.visit_2024 PARTITION OF zoo.visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE zoo.visit_2025 PARTITION OF zoo.visit (price DEFAULT 5) FOR VALUES FROM ('2025-01-01') TO (MAXVALUE)
  PARTITION BY LIST (id);
CREATE TABLE zoo.visit_2025_few PARTITION OF zoo.visit_2025 FOR VALUES IN (1, 2);
CREATE TABLE zoo.visit_old (LIKE zoo.visit INCLUDING CONSTRAINTS);
ALTER TABLE zoo.visit_old ADD PRIMARY KEY (id, at);
ALTER TABLE zoo.visit ATTACH PARTITION zoo.visit_old DEFAULT;
CREATE INDEX visit_price ON zoo.visit (price);
CREATE INDEX visit_only ON ONLY zoo.visit (species_id);
CREATE TRIGGER visit_touch AFTER INSERT ON zoo.visit FOR EACH ROW EXECUTE FUNCTION zoo.touch();
CREATE TABLE zoo.hashed (id integer, kind text) PARTITION BY HASH (id, lower(kind));
CREATE TABLE zoo.hashed_0 PARTITION OF zoo.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE zoo.visit_note (visit_id bigint, visit_at timestamp,
  CONSTRAINT visit_note_visit FOREIGN KEY (visit_id, visit_at) REFERENCES zoo.visit (id, at));

-- Views.
CREATE VIEW zoo.calm WITH (security_barrier = true) AS
  SELECT s.id, s.name, a.nick, zoo.add(s.id) AS "Next Id" FROM zoo.species s JOIN zoo.animal a ON a.species_id = s.id
  WHERE s.mood = 'calm';
COMMENT ON VIEW zoo.calm IS 'calm ones';
COMMENT ON COLUMN zoo.calm.nick IS 'short name';
ALTER VIEW zoo.calm ALTER COLUMN nick SET DEFAULT 'Bob';
GRANT SELECT (id, name) ON zoo.calm TO zoo_reader;
CREATE VIEW zoo.simple WITH (check_option = local) AS SELECT id, name FROM zoo.species WHERE id > 0;
CREATE VIEW zoo.on_view AS SELECT count(*) AS n FROM zoo.calm;
CREATE VIEW zoo.grouped AS SELECT id, name, latin FROM zoo.species GROUP BY id;
CREATE TRIGGER instead INSTEAD OF INSERT ON zoo.on_view FOR EACH ROW EXECUTE FUNCTION zoo.touch();
CREATE RULE on_insert AS ON INSERT TO zoo.simple DO INSTEAD INSERT INTO zoo.species (name) VALUES (NEW.name);
CREATE MATERIALIZED VIEW zoo.totals WITH (fillfactor = 90) AS SELECT species_id, count(*) AS n FROM zoo.animal GROUP BY 1;
CREATE UNIQUE INDEX totals_key ON zoo.totals (species_id);
COMMENT ON MATERIALIZED VIEW zoo.totals IS 'counts';
CREATE MATERIALIZED VIEW zoo.later AS SELECT 1 AS one WITH NO DATA;

-- Ownership that goes both ways: the sequence needs the column, the default needs the sequence.
CREATE SEQUENCE "Odd Schema"."Seq";
CREATE TABLE "Odd Schema".owned (id bigint DEFAULT nextval('"Odd Schema"."Seq"'));
ALTER SEQUENCE "Odd Schema"."Seq" OWNED BY "Odd Schema".owned.id;

-- Text search.
CREATE TEXT SEARCH TEMPLATE zoo.my_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER zoo.my_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
  LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH DICTIONARY zoo.my_dict (TEMPLATE = zoo.my_template, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION zoo.my_config (PARSER = zoo.my_parser);
ALTER TEXT SEARCH CONFIGURATION zoo.my_config ADD MAPPING FOR asciiword, word WITH zoo.my_dict, english_stem;
ALTER TEXT SEARCH CONFIGURATION zoo.my_config ADD MAPPING FOR email WITH simple;
COMMENT ON TEXT SEARCH CONFIGURATION zoo.my_config IS 'ours';
COMMENT ON TEXT SEARCH DICTIONARY zoo.my_dict IS 'words';
COMMENT ON TEXT SEARCH PARSER zoo.my_parser IS 'parses';
COMMENT ON TEXT SEARCH TEMPLATE zoo.my_template IS 'template';

-- Foreign data.
CREATE FOREIGN DATA WRAPPER zoo_wrapper OPTIONS (debug 'true');
COMMENT ON FOREIGN DATA WRAPPER zoo_wrapper IS 'no handler';
GRANT USAGE ON FOREIGN DATA WRAPPER zoo_wrapper TO zoo_reader;
CREATE SERVER "far away" TYPE 'demo' VERSION '1.0' FOREIGN DATA WRAPPER zoo_wrapper OPTIONS (host 'example', port '1');
COMMENT ON SERVER "far away" IS 'elsewhere';
CREATE USER MAPPING FOR PUBLIC SERVER "far away" OPTIONS (user 'guest', password 'do not tell');
CREATE USER MAPPING FOR zoo_reader SERVER "far away";
CREATE FOREIGN TABLE zoo.far (id integer OPTIONS (column_name 'ID') NOT NULL, note text,
  CONSTRAINT far_check CHECK (id > 0)) SERVER "far away" OPTIONS (table_name 'x''y');
COMMENT ON FOREIGN TABLE zoo.far IS 'not here';
COMMENT ON COLUMN zoo.far.note IS 'not here either';

-- Replication.
CREATE PUBLICATION zoo_some FOR TABLE zoo.species, zoo.parent WITH (publish = 'insert, update');
CREATE PUBLICATION zoo_all FOR ALL TABLES WITH (publish_via_partition_root = true);
CREATE PUBLICATION zoo_none;
COMMENT ON PUBLICATION zoo_some IS 'some';
CREATE SUBSCRIPTION zoo_sub CONNECTION 'host=nowhere dbname=zoo user=u password=hidden' PUBLICATION zoo_some
  WITH (connect = false, slot_name = NONE);

-- The database as a whole.
CREATE EVENT TRIGGER zoo_watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION zoo.watch();
ALTER EVENT TRIGGER zoo_watch DISABLE;
COMMENT ON EVENT TRIGGER zoo_watch IS 'sees';
CREATE ACCESS METHOD zoo_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD zoo_heap IS 'another name';
CREATE TABLE zoo.other_heap (id integer) USING zoo_heap;
CREATE LANGUAGE zoo_language HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
COMMENT ON LANGUAGE zoo_language IS 'another name';
CREATE FUNCTION zoo.in_language() RETURNS integer LANGUAGE zoo_language AS $$BEGIN RETURN 1; END$$;
CREATE TRANSFORM FOR zoo.mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
COMMENT ON TRANSFORM FOR zoo.mood LANGUAGE plpgsql IS 'never called';
