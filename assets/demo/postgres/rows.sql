-- Rows of the current environment, the same on every run.
INSERT INTO customers (id, name, email, fax, created_at)
SELECT i, 'Customer ' || i, 'customer' || i || '@example.com',
       CASE WHEN i % 7 = 0 THEN '+49 30 ' || (100000 + i) END, timestamptz '2025-01-01 UTC' + i % 28 * interval '1 day'
FROM generate_series(1, 200) AS n (i);
INSERT INTO addresses (id, customer_id, street, city)
SELECT id, id, 'Main Street ' || id, CASE id % 3 WHEN 0 THEN 'Berlin' WHEN 1 THEN 'Hamburg' ELSE 'Bonn' END
FROM customers;
INSERT INTO suppliers (id, name, phone) VALUES (1, 'North', '1'), (2, 'South', NULL), (3, 'O''Hara & Sons', '3');
INSERT INTO categories (id, parent_id, title) VALUES (1, NULL, 'Tea'), (2, 1, 'Green'), (3, 1, 'Black'), (4, NULL, 'Cups');
INSERT INTO products (id, supplier_id, sku, title, price_cents, weight_grams)
SELECT i, 1 + i % 3, 'SKU-' || lpad(i::text, 4, '0'), 'Product ' || i, 500 + 37 * i, CASE WHEN i % 5 <> 0 THEN 100 + i END FROM generate_series(1, 60) AS n (i);
INSERT INTO product_categories (product_id, category_id) SELECT id, 1 + id % 4 FROM products;
INSERT INTO warehouses (id, code, city) VALUES (1, 'B', 'Berlin'), (2, 'H', 'Hamburg');
INSERT INTO stock (product_id, warehouse_id, quantity) SELECT p.id, w.id, (p.id * w.id) % 23 FROM products p, warehouses w;
INSERT INTO carts (id, customer_id) SELECT id, id FROM customers WHERE id % 4 = 0;
INSERT INTO orders (id, customer_id, address_id, placed_at)
SELECT i, 1 + i * 7 % 200, 1 + i * 7 % 200, timestamptz '2025-01-15 UTC' + i % 12 * interval '30 days' FROM generate_series(1, 300) AS n (i);
INSERT INTO order_items (order_id, product_id, quantity, price_cents)
SELECT o.id, 1 + (o.id * k.i) % 60, k.i, 500 + 37 * (1 + (o.id * k.i) % 60)
FROM orders o, (SELECT 1 AS i UNION ALL SELECT 2) k;
INSERT INTO payments (order_id, amount_cents, method)
SELECT id, 1000 + id, CASE id % 2 WHEN 0 THEN 'card' ELSE 'transfer' END::payment_method FROM orders WHERE id % 3 <> 0;
INSERT INTO shipments (order_id, carrier, sent_at) SELECT id, 'Post', placed_at FROM orders WHERE id % 2 = 0;
INSERT INTO reviews (product_id, customer_id, rating, body)
SELECT 1 + id % 60, id, 1 + id % 5, 'It''s fine; ' || id FROM customers WHERE id % 2 = 1;
INSERT INTO legacy_coupons (code, percent) VALUES ('SPRING', 10), ('AUTUMN', 15);
