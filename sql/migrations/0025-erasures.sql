-- Users who are erased, or are being. A row stays for ever, so that nobody gets the id again; it holds nothing but the id.
CREATE TABLE erasures (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  keep_messages TINYINT NOT NULL,
  -- What is being done: messages, groups, posts, friends, rows, user, sweep, done.
  phase VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Within the phase; what it means only the phase knows.
  done_to VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  steps BIGINT NOT NULL DEFAULT 0,
  requested_ms BIGINT NOT NULL,
  -- When the user was gone.
  erased_ms BIGINT NOT NULL DEFAULT 0,
  -- The node that works on it.
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- By the database's clock; past due, any node may claim the row. NULL: nothing is left to do.
  due_ms BIGINT NULL,
  attempts INT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, user_id),
  KEY erasures_by_due (due_ms)
) ENGINE=InnoDB;

ALTER TABLE likes ADD KEY likes_by_user (app_id, user_id, post_id);
ALTER TABLE comments ADD KEY comments_by_writer (app_id, author_id, state, post_id, comment_id);
