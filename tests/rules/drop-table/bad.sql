-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE logs (id bigint PRIMARY KEY);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
CREATE TABLE logs (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
