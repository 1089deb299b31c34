CREATE TABLE t (id int PRIMARY KEY, a text, b text, c numeric) WITH (toast.autovacuum_enabled = false, autovacuum_vacuum_threshold = 10, fillfactor = 70);
ALTER TABLE t ALTER id SET (n_distinct = 100);
CREATE VIEW v WITH (check_option = cascaded, security_barrier = true) AS SELECT id FROM t WHERE id > 0;
