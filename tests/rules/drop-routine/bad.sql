-- before
CREATE FUNCTION total(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
-- after

