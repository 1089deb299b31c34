-- before

-- after
CREATE TABLE tight (a text PRIMARY KEY);
CREATE TABLE events (id bigint, day date PRIMARY KEY) PARTITION BY RANGE (day);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
