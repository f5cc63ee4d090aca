-- What operators do. Lock order of an administrative call: apps < app_keys, app_credentials < app_revocations < audit_log < requests.

-- A deleted app keeps its row, so that its id is never given again; the rows of its tables are removed in steps.
ALTER TABLE apps
  ADD COLUMN deleted_ms BIGINT NULL,
  -- When the last of them was gone.
  ADD COLUMN purged_ms BIGINT NULL,
  ADD KEY apps_by_deletion (status, purged_ms);

-- Who changed what, in the transaction of the change; and which changes were refused. Holds no secrets. Pruned by age.
CREATE TABLE audit_log (
  audit_number BIGINT NOT NULL AUTO_INCREMENT,
  -- By the database's clock.
  created_ms BIGINT NOT NULL,
  -- operator: the beginning of the hash of the secret; credential: its id.
  actor_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  method VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- What of the app was changed: the id of a key or credential, the names of settings, a user and a device. Empty: the app itself.
  target VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- OK, or the code of the refusal.
  outcome VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (audit_number),
  KEY audit_log_by_app (app_id, audit_number),
  KEY audit_log_by_time (created_ms)
) ENGINE=InnoDB;
