-- before
CREATE DOMAIN code AS text;
-- after
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
