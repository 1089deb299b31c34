CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, n int NOT NULL, at timestamptz NOT NULL, m mood NOT NULL, tags text[] NOT NULL);
