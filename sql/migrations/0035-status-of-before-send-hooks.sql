-- How a hook is doing since it was set or changed last, as nodes note it at times. Names no user's message.
ALTER TABLE before_send_hooks
  ADD COLUMN failures BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_failure_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_error VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- When it answered again after that; noted once.
  ADD COLUMN last_recovery_ms BIGINT NOT NULL DEFAULT 0;
