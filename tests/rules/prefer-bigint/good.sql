-- before

-- after
CREATE TABLE orders (id bigint PRIMARY KEY, amount integer);
