-- before
CREATE SEQUENCE tickets;
-- after
CREATE SEQUENCE tickets INCREMENT BY 10;
