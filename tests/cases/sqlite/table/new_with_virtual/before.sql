CREATE TABLE plain (a);
