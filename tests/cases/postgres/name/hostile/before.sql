CREATE TABLE "Select" ("a""b" int, "new
line" text, "'; DROP TABLE canary; --" int);
CREATE TABLE canary (id int);
