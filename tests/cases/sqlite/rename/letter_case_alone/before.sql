CREATE TABLE Users (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX by_name ON Users (name);
