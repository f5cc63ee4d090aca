-- The id of the first entry, where that was given before: it was a dead letter. Empty: made from its place.
ALTER TABLE webhook_waits ADD COLUMN event_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
