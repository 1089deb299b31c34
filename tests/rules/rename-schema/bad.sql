-- rename shop=store
-- before
CREATE SCHEMA shop;
-- after
CREATE SCHEMA store;
