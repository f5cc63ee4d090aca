-- Where the events of an app were turned on last, after they were off: positions have a gap there, which no cursor leads across.
ALTER TABLE app_event_heads ADD COLUMN floor_position BIGINT NOT NULL DEFAULT 0;
