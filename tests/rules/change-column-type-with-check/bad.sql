-- before
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(20) CHECK (code <> ''));
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(40) CHECK (code <> ''));
