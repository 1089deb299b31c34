-- What versions print differently, and everyday objects around it.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE author (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL, born date,
  state varchar(10) CHECK (state IN ('new', 'known')), mood mood DEFAULT 'ok');
CREATE TABLE book (id serial PRIMARY KEY, author_id bigint NOT NULL REFERENCES author ON DELETE CASCADE, title text,
  tags text[] DEFAULT '{}', price numeric(10, 2) DEFAULT 0 CHECK (price >= 0), sold timestamptz DEFAULT now(),
  doubled numeric GENERATED ALWAYS AS (price * 2) STORED);
CREATE INDEX book_title ON book (lower(title)) WHERE price > 0;
CREATE UNIQUE INDEX book_once ON book (author_id, title) INCLUDE (price);
CREATE VIEW plain AS SELECT id, title FROM book WHERE price > 0;
CREATE VIEW joined AS SELECT a.name, b.title, count(*) OVER (PARTITION BY a.id ORDER BY b.id) AS n
  FROM author a LEFT JOIN book b ON b.author_id = a.id AND b.price > 1 WHERE a.name LIKE 'A%' ORDER BY b.title;
CREATE VIEW nested AS SELECT p.id FROM (SELECT id FROM plain WHERE title IS NOT NULL) p, LATERAL (SELECT p.id + 1 AS x) l;
CREATE VIEW unioned AS SELECT id FROM author UNION ALL SELECT id FROM book;
CREATE MATERIALIZED VIEW totals AS SELECT author_id, sum(price) AS total FROM book GROUP BY author_id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.sold := now(); RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE OF title ON book FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION touch();
ALTER TABLE author ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON author USING (name = CURRENT_USER AND state IN ('new', 'known'));
CREATE RULE quiet AS ON DELETE TO plain DO INSTEAD NOTHING;
CREATE TABLE visit (id bigint NOT NULL, at timestamp NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visit_at ON visit (at);
COMMENT ON TABLE book IS 'what is sold';
