-- before
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20));
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(40));
