-- rename public.orders=public.purchases
-- before
CREATE TABLE orders (id bigint PRIMARY KEY, note text, amount integer);
-- after
CREATE TABLE purchases (id bigint PRIMARY KEY, note text, amount integer);
