-- before
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint CONSTRAINT bound REFERENCES customers);
CREATE INDEX orders_customer ON orders (customer);
-- after
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint);
CREATE INDEX orders_customer ON orders (customer);
