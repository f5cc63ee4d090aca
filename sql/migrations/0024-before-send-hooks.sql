-- What an app's back end is asked before its users' messages are stored. Lock order of a change: apps < before_send_hooks < audit_log < requests.
CREATE TABLE before_send_hooks (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  url VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  timeout_ms BIGINT NOT NULL,
  -- allow or refuse: what becomes of a message when there is no answer.
  on_failure VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Sealed with a key that only the servers have.
  secret VARBINARY(256) NOT NULL,
  -- The one before; signs too until its time is over.
  previous_secret VARBINARY(256) NULL,
  previous_until_ms BIGINT NOT NULL DEFAULT 0,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id)
) ENGINE=InnoDB;
