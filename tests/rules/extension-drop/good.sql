-- before
CREATE EXTENSION btree_gin;
-- after
CREATE EXTENSION btree_gin;
CREATE EXTENSION btree_gist;
