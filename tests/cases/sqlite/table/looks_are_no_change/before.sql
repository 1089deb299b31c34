CREATE TABLE [Order] ("Id" integer primary key, note text default "none" collate binary, n int not null, check(n>0));
CREATE INDEX by_note on "Order"(note);
CREATE VIEW v as select Id, note AS "Note" from [Order] -- all
where n>1;
