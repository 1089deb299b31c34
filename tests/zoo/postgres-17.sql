-- What PostgreSQL 16 and 17 brought. Loaded after postgres-15.sql.

CREATE COLLATION zoo.built_in (provider = builtin, locale = 'C.UTF-8');
GRANT MAINTAIN ON zoo.species TO zoo_reader;
CREATE TABLE zoo.heaped (id integer GENERATED ALWAYS AS IDENTITY, at date) PARTITION BY RANGE (at) USING zoo_heap;
CREATE TABLE zoo.heaped_1 PARTITION OF zoo.heaped FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW zoo.as_json AS SELECT name, json_arrayagg(json_object('id': id, 'latin': latin ABSENT ON NULL) ORDER BY id) AS j
  FROM zoo.species GROUP BY name;
