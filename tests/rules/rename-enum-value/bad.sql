-- rename public.mood.ok=public.mood.fine
-- before
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE orders (id bigint PRIMARY KEY, mood mood);
-- after
CREATE TYPE mood AS ENUM ('sad', 'fine', 'happy');
CREATE TABLE orders (id bigint PRIMARY KEY, mood mood);
