-- before
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE q (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, p bigint, q bigint);
-- after
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE q (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, p bigint REFERENCES p, q bigint);
