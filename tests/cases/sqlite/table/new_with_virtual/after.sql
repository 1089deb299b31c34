CREATE TABLE plain (a);
CREATE VIRTUAL TABLE words USING fts5 (word, tokenize = 'porter');
CREATE VIEW long_words AS SELECT word FROM words WHERE length(word) > 9;
