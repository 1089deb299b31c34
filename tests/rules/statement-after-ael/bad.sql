-- before
CREATE TABLE a (id bigint PRIMARY KEY, n integer, r bigint);
CREATE TABLE b (id bigint PRIMARY KEY, n integer, r bigint);
-- after
CREATE TABLE a (id bigint PRIMARY KEY, n integer, m integer, r bigint);
CREATE TABLE b (id bigint PRIMARY KEY, n bigint, r bigint);
