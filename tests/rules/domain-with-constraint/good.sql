-- before
CREATE DOMAIN code AS text;
-- after
CREATE DOMAIN code AS text;
CREATE DOMAIN amount AS numeric(12,2);
