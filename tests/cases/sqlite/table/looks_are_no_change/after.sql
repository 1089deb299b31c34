/* the same */
CREATE TABLE IF NOT EXISTS `Order`
(
  Id   INTEGER PRIMARY KEY,
  note TEXT DEFAULT 'none',
  n    INT NOT NULL,
  CHECK ( N > 0 )
);
CREATE INDEX by_note ON `Order` ( "note" );
CREATE VIEW v AS SELECT "id", Note AS Note FROM "order" WHERE n > 1;
