INSERT INTO "a ""quoted"" one" VALUES (1, 'n', 'smile', 'its', 'u', 'b');
INSERT INTO "table" VALUES (1, 'g', 'd');
