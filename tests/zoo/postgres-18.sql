-- What PostgreSQL 18 brought. Loaded after postgres-17.sql.

CREATE TABLE zoo.fresh (
  id integer PRIMARY KEY,
  price numeric,
  doubled numeric GENERATED ALWAYS AS (price * 2) VIRTUAL,
  named integer CONSTRAINT "must be there" NOT NULL,
  alone integer CONSTRAINT fresh_alone_not_null NOT NULL NO INHERIT,
  late integer,
  CONSTRAINT trusting CHECK (price > 0) NOT ENFORCED,
  CONSTRAINT trusting_fk FOREIGN KEY (late) REFERENCES zoo.species (id) NOT ENFORCED
);
CREATE TABLE zoo.lately (late integer);
ALTER TABLE zoo.lately ADD CONSTRAINT late_not_null NOT NULL late NOT VALID;
CREATE DOMAIN zoo.named_not_null AS text CONSTRAINT "really there" NOT NULL;
CREATE TABLE zoo.fresh_child () INHERITS (zoo.fresh);
CREATE TABLE zoo.fresh_grandchild (id integer NOT NULL) INHERITS (zoo.fresh_child);
CREATE EXTENSION btree_gist;
CREATE TABLE zoo.period (id integer, valid_at daterange, CONSTRAINT period_pk PRIMARY KEY (id, valid_at WITHOUT OVERLAPS));
CREATE TABLE zoo.period_use (id integer, valid_at daterange,
  CONSTRAINT period_fk FOREIGN KEY (id, PERIOD valid_at) REFERENCES zoo.period (id, PERIOD valid_at));
