-- before
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE orders (id bigint PRIMARY KEY, mood mood);
-- after
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'fine');
CREATE TABLE orders (id bigint PRIMARY KEY, mood mood);
