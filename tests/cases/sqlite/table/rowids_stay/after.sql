CREATE TABLE t (a TEXT NOT NULL, b TEXT);
CREATE VIRTUAL TABLE found USING fts5 (a, content = 't', content_rowid = 'rowid');
