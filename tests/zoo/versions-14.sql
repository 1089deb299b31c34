-- What versions print differently of what PostgreSQL 14 brought. Loaded after versions.sql.
CREATE FUNCTION price_of(b book) RETURNS numeric LANGUAGE sql STABLE RETURN b.price + 1;
