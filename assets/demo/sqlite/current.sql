-- The shop as it runs today.
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  fax TEXT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL DEFAULT 'DE'
);
CREATE TABLE suppliers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  phone TEXT
);
CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES categories (id),
  title TEXT NOT NULL
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  supplier_id INTEGER REFERENCES suppliers (id),
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  weight_grams INTEGER
);
CREATE TABLE product_categories (
  product_id INTEGER NOT NULL REFERENCES products (id),
  category_id INTEGER NOT NULL REFERENCES categories (id),
  PRIMARY KEY (product_id, category_id)
) WITHOUT ROWID;
CREATE TABLE warehouses (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  city TEXT
);
CREATE TABLE stock (
  product_id INTEGER NOT NULL REFERENCES products (id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
  quantity INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, warehouse_id)
);
CREATE TABLE carts (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customers (id),
  currency TEXT NOT NULL DEFAULT 'EUR'
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  address_id INTEGER REFERENCES addresses (id),
  placed_at TEXT NOT NULL,
  touched_at TEXT
);
CREATE TABLE order_items (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL
);
CREATE TABLE payments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  amount_cents INTEGER NOT NULL,
  method TEXT
);
CREATE TABLE shipments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL,
  carrier TEXT NOT NULL,
  sent_at TEXT
);
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id),
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  rating INTEGER,
  body TEXT
);
CREATE TABLE legacy_coupons (
  code TEXT PRIMARY KEY,
  percent INTEGER NOT NULL
);
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  happened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  what TEXT NOT NULL
);

CREATE UNIQUE INDEX products_sku ON products (sku);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX order_items_order ON order_items (order_id);
CREATE INDEX reviews_product ON reviews (product_id);

CREATE VIEW order_totals AS
SELECT o.id, o.customer_id, sum(i.quantity * i.price_cents) AS total_cents
FROM orders o JOIN order_items i ON i.order_id = o.id
GROUP BY o.id, o.customer_id;

CREATE VIEW product_ratings AS
SELECT p.id, p.title, avg(r.rating) AS rating
FROM products p LEFT JOIN reviews r ON r.product_id = p.id
GROUP BY p.id, p.title;

CREATE TRIGGER orders_touch AFTER UPDATE OF address_id ON orders
BEGIN
  UPDATE orders SET touched_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER payments_audit AFTER INSERT ON payments
BEGIN
  INSERT INTO audit_log (what) VALUES ('payment ' || NEW.id);
END;
