CREATE TABLE "Select" ("a""b" bigint NOT NULL, "new
line" text DEFAULT 'it''s; \n', "'; DROP TABLE canary; --" int, "‮right😀" text);
CREATE TABLE canary (id int);
CREATE INDEX "in""dex" ON "Select" ("new
line");
COMMENT ON COLUMN "Select"."a""b" IS E'line\nnext \x1b[31m ''quoted'' --';
CREATE VIEW "View ""of""" AS SELECT * FROM "Select";
