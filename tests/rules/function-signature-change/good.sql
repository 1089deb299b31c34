-- before
CREATE FUNCTION total(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION tax(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
-- after
CREATE FUNCTION total(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + 1';
CREATE FUNCTION tax(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION tax(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a + b';
