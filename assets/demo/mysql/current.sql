-- The shop as it runs today.
CREATE TABLE customers (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL,
  email varchar(120) NOT NULL,
  fax varchar(40),
  created_at datetime NOT NULL DEFAULT current_timestamp(),
  UNIQUE KEY customers_email (email)
);
CREATE TABLE addresses (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint NOT NULL,
  street varchar(80) NOT NULL,
  city varchar(80) NOT NULL,
  country char(2) NOT NULL DEFAULT 'DE',
  KEY addresses_customer (customer_id),
  CONSTRAINT addresses_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);
CREATE TABLE suppliers (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL,
  phone varchar(40)
);
CREATE TABLE categories (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  parent_id bigint,
  title varchar(80) NOT NULL,
  KEY categories_parent (parent_id),
  CONSTRAINT categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
);
CREATE TABLE products (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  supplier_id bigint,
  sku varchar(12) NOT NULL,
  title varchar(120) NOT NULL,
  price_cents int NOT NULL,
  weight_grams int,
  UNIQUE KEY products_sku (sku),
  KEY products_supplier (supplier_id),
  CONSTRAINT products_supplier FOREIGN KEY (supplier_id) REFERENCES suppliers (id)
);
CREATE TABLE product_categories (
  product_id bigint NOT NULL,
  category_id bigint NOT NULL,
  PRIMARY KEY (product_id, category_id),
  KEY product_categories_category (category_id),
  CONSTRAINT product_categories_product FOREIGN KEY (product_id) REFERENCES products (id),
  CONSTRAINT product_categories_category FOREIGN KEY (category_id) REFERENCES categories (id)
);
CREATE TABLE warehouses (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code varchar(10) NOT NULL,
  city varchar(80)
);
CREATE TABLE stock (
  product_id bigint NOT NULL,
  warehouse_id bigint NOT NULL,
  quantity int NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, warehouse_id),
  KEY stock_warehouse (warehouse_id),
  CONSTRAINT stock_product FOREIGN KEY (product_id) REFERENCES products (id),
  CONSTRAINT stock_warehouse FOREIGN KEY (warehouse_id) REFERENCES warehouses (id)
);
CREATE TABLE carts (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint,
  currency char(3) NOT NULL DEFAULT 'EUR',
  KEY carts_customer (customer_id),
  CONSTRAINT carts_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint NOT NULL,
  address_id bigint,
  placed_at datetime NOT NULL,
  touched_at datetime,
  KEY orders_customer (customer_id),
  KEY orders_address (address_id),
  CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
  CONSTRAINT orders_address FOREIGN KEY (address_id) REFERENCES addresses (id)
) COMMENT = 'One row an order.';
CREATE TABLE order_items (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id bigint NOT NULL,
  product_id bigint NOT NULL,
  quantity int NOT NULL,
  price_cents int NOT NULL,
  KEY order_items_order (order_id),
  KEY order_items_product (product_id),
  CONSTRAINT order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT order_items_product FOREIGN KEY (product_id) REFERENCES products (id)
);
CREATE TABLE payments (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id bigint NOT NULL,
  amount_cents int NOT NULL,
  method enum('card','transfer'),
  KEY payments_order (order_id),
  CONSTRAINT payments_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE TABLE shipments (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id bigint NOT NULL,
  carrier varchar(40) NOT NULL,
  sent_at datetime
);
CREATE TABLE reviews (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  rating int,
  body text,
  KEY reviews_product (product_id),
  KEY reviews_customer (customer_id),
  CONSTRAINT reviews_product FOREIGN KEY (product_id) REFERENCES products (id),
  CONSTRAINT reviews_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE TABLE legacy_coupons (
  code varchar(20) NOT NULL PRIMARY KEY,
  percent int NOT NULL
);
CREATE TABLE audit_log (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  happened_at datetime NOT NULL DEFAULT current_timestamp(),
  what varchar(200) NOT NULL
);

CREATE VIEW order_totals AS
SELECT o.id, o.customer_id, sum(i.quantity * i.price_cents) AS total_cents
FROM orders o JOIN order_items i ON i.order_id = o.id
GROUP BY o.id, o.customer_id;

CREATE VIEW product_ratings AS
SELECT p.id, p.title, avg(r.rating) AS rating
FROM products p LEFT JOIN reviews r ON r.product_id = p.id
GROUP BY p.id, p.title;

CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW
BEGIN
  IF NOT NEW.address_id <=> OLD.address_id THEN
    SET NEW.touched_at = now();
  END IF;
END;

CREATE TRIGGER payments_audit AFTER INSERT ON payments FOR EACH ROW
BEGIN
  INSERT INTO audit_log (what) VALUES (concat('payment ', NEW.id));
END;
