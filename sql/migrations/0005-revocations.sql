-- Who was signed out, in the order of time: every connect node reads the newest ones every two seconds and ends the sessions
-- that they name. Kept by time so that this is one short range whatever the table holds; old rows are pruned.
CREATE TABLE revocations (
  -- By the database's clock.
  revoked_ms BIGINT NOT NULL,
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Empty: every device of the user.
  device_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (revoked_ms, app_id, user_id, device_id)
) ENGINE=InnoDB;

-- The newest sign-out of each, kept for ever: tokens issued until then are refused, however long they live.
ALTER TABLE devices ADD COLUMN revoked_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN revoked_ms BIGINT NOT NULL DEFAULT 0;
