CREATE TABLE t (id int PRIMARY KEY, a text, b text, c numeric) WITH (fillfactor = 70, autovacuum_enabled = false);
ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTENDED, ALTER a SET STATISTICS 500, ALTER b SET (n_distinct = -0.5);
CREATE VIEW v WITH (security_barrier = true, check_option = local) AS SELECT id FROM t WHERE id > 0;
