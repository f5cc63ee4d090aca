-- What each app has, for its quotas and for operators: what was counted last, and the count under way, which goes by steps.
CREATE TABLE app_usage (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_count BIGINT NOT NULL DEFAULT 0,
  -- Those that have not ended.
  group_count BIGINT NOT NULL DEFAULT 0,
  -- Of all logs: logs have no gaps, so it is the sum of their last numbers.
  entry_count BIGINT NOT NULL DEFAULT 0,
  -- 0: never.
  counted_ms BIGINT NOT NULL DEFAULT 0,
  -- users or conversations, and the last one that the sums below hold.
  phase VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'users',
  done_to VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  users_so_far BIGINT NOT NULL DEFAULT 0,
  groups_so_far BIGINT NOT NULL DEFAULT 0,
  entries_so_far BIGINT NOT NULL DEFAULT 0,
  -- The node that counts.
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- By the database's clock; past due, any node may claim the row.
  due_ms BIGINT NOT NULL DEFAULT 0,
  attempts INT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id),
  KEY app_usage_by_due (due_ms)
) ENGINE=InnoDB;

INSERT INTO app_usage (app_id) SELECT app_id FROM apps WHERE app_id <> '' AND status <> 'deleted';
