-- before
CREATE SCHEMA shop;
-- after
CREATE SCHEMA shop;
CREATE SCHEMA store;
