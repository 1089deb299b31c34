CREATE TABLE "a ""quoted"" one" ("select" BIGINT, "new
line" TEXT NOT NULL DEFAULT '', "😀" TEXT CHECK ("😀" <> 'x'), "it's" TEXT DEFAULT 'it''s', "Ünï" TEXT, [b]  TEXT, "more ""of"" it" INT AS ("select" + 1));
CREATE INDEX "an 'index'" ON "a ""quoted"" one" ("select", "😀");
CREATE VIEW "the; view" AS SELECT "select", "it's" FROM "a ""quoted"" one";
CREATE TRIGGER "tr""ig" AFTER DELETE ON "a ""quoted"" one" BEGIN SELECT 'END;'; END;
CREATE TABLE "table" ("index" INTEGER PRIMARY KEY, "group" TEXT, "order" INT DEFAULT 3);
