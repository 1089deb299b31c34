-- before
CREATE EXTENSION btree_gin;
-- after

