-- before

-- after
CREATE TABLE loose (a text);
