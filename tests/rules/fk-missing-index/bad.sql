-- before
CREATE TABLE customers (id bigint PRIMARY KEY);
-- after
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers);
