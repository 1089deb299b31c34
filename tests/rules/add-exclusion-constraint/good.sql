-- before
CREATE TABLE orders (id bigint PRIMARY KEY, during tstzrange);
-- after
CREATE TABLE orders (id bigint PRIMARY KEY, during tstzrange);
CREATE TABLE rooms (during tstzrange, EXCLUDE USING gist (during WITH &&));
