-- Rows of the current environment, the same on every run.
CREATE TABLE numbers (i int NOT NULL PRIMARY KEY);
INSERT INTO numbers (i)
SELECT 1 + a.d + 10 * b.d + 100 * c.d
FROM (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6
      UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) a,
     (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6
      UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) b,
     (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2) c;
INSERT INTO customers (id, name, email, fax, created_at)
SELECT i, concat('Customer ', i), concat('customer', i, '@example.com'),
       CASE WHEN i % 7 = 0 THEN concat('+49 30 ', 100000 + i) END, '2025-01-01' + INTERVAL i % 28 DAY
FROM numbers WHERE i <= 200 ORDER BY i;
INSERT INTO addresses (id, customer_id, street, city)
SELECT id, id, concat('Main Street ', id), CASE id % 3 WHEN 0 THEN 'Berlin' WHEN 1 THEN 'Hamburg' ELSE 'Bonn' END
FROM customers ORDER BY id;
INSERT INTO suppliers (id, name, phone) VALUES (1, 'North', '1'), (2, 'South', NULL), (3, 'O''Hara & Sons', '3');
INSERT INTO categories (id, parent_id, title) VALUES (1, NULL, 'Tea'), (2, 1, 'Green'), (3, 1, 'Black'), (4, NULL, 'Cups');
INSERT INTO products (id, supplier_id, sku, title, price_cents, weight_grams)
SELECT i, 1 + i % 3, concat('SKU-', lpad(i, 4, '0')), concat('Product ', i), 500 + 37 * i, CASE WHEN i % 5 <> 0 THEN 100 + i END
FROM numbers WHERE i <= 60 ORDER BY i;
INSERT INTO product_categories (product_id, category_id) SELECT id, 1 + id % 4 FROM products;
INSERT INTO warehouses (id, code, city) VALUES (1, 'B', 'Berlin'), (2, 'H', 'Hamburg');
INSERT INTO stock (product_id, warehouse_id, quantity) SELECT p.id, w.id, (p.id * w.id) % 23 FROM products p, warehouses w;
INSERT INTO carts (id, customer_id) SELECT id, id FROM customers WHERE id % 4 = 0 ORDER BY id;
INSERT INTO orders (id, customer_id, address_id, placed_at)
SELECT i, 1 + i * 7 % 200, 1 + i * 7 % 200, '2025-01-15' + INTERVAL (i % 12) * 30 DAY FROM numbers WHERE i <= 300 ORDER BY i;
INSERT INTO order_items (order_id, product_id, quantity, price_cents)
SELECT o.id, 1 + (o.id * k.i) % 60, k.i, 500 + 37 * (1 + (o.id * k.i) % 60)
FROM orders o, (SELECT 1 AS i UNION ALL SELECT 2) k ORDER BY o.id, k.i;
INSERT INTO payments (order_id, amount_cents, method)
SELECT id, 1000 + id, CASE id % 2 WHEN 0 THEN 'card' ELSE 'transfer' END FROM orders WHERE id % 3 <> 0 ORDER BY id;
INSERT INTO shipments (order_id, carrier, sent_at) SELECT id, 'Post', placed_at FROM orders WHERE id % 2 = 0 ORDER BY id;
INSERT INTO reviews (product_id, customer_id, rating, body)
SELECT 1 + id % 60, id, 1 + id % 5, concat('It''s fine; ', id) FROM customers WHERE id % 2 = 1 ORDER BY id;
INSERT INTO legacy_coupons (code, percent) VALUES ('SPRING', 10), ('AUTUMN', 15);
DROP TABLE numbers;
