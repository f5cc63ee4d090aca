-- One message to every user of an app. Any logic node goes on with it from where it stands: what it sent beyond that is found there
-- by its client_msg_id, and not sent again. Lock order: apps < broadcasts < requests.
CREATE TABLE broadcasts (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  broadcast_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- As entries have it.
  sender VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The user whose direct chats it goes to.
  account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- An encoded queqiao.client.v1.Content.
  content MEDIUMBLOB NOT NULL,
  countable TINYINT NOT NULL,
  -- 0: goes on; 1: done; 2: cancelled.
  state TINYINT NOT NULL DEFAULT 0,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  -- Users up to this id have been sent to.
  done_to VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- By the database's clock, as all times here. Users who came later are not sent to.
  created_ms BIGINT NOT NULL,
  -- When it was claimed first.
  started_ms BIGINT NULL,
  ended_ms BIGINT NULL,
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- Whoever claims the row puts this off; it is free again then. NULL: it has ended.
  due_ms BIGINT NULL,
  -- Claims since it went on last.
  attempts INT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, broadcast_id),
  KEY broadcasts_by_time (app_id, created_ms, broadcast_id),
  KEY broadcasts_by_end (app_id, ended_ms),
  KEY broadcasts_by_due (due_ms)
) ENGINE=InnoDB;
