-- before
CREATE FUNCTION total(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION tax(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
-- after
CREATE FUNCTION total(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT a::bigint';
CREATE FUNCTION tax(a bigint) RETURNS integer LANGUAGE sql AS 'SELECT 1';
