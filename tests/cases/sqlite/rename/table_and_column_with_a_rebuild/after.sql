CREATE TABLE fresh (id INTEGER PRIMARY KEY, "select" TEXT NOT NULL CHECK (fresh."select" <> ''), up INTEGER REFERENCES fresh (id), b INT AS (id + 1));
CREATE TABLE child (id INTEGER PRIMARY KEY, t INTEGER REFERENCES fresh (id) ON DELETE CASCADE);
CREATE INDEX i ON fresh ("select");
