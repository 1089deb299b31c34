INSERT INTO "Select" VALUES (1, 'x', 2);
