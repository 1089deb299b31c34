-- before
CREATE EXTENSION btree_gist VERSION '1.5';
-- after
CREATE EXTENSION btree_gist VERSION '1.5';
CREATE EXTENSION btree_gin;
