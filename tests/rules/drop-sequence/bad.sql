-- before
CREATE SEQUENCE tickets;
-- after

