-- before
CREATE SCHEMA archive;
CREATE TABLE archive.old (id bigint PRIMARY KEY);
-- after
CREATE SCHEMA archive;
