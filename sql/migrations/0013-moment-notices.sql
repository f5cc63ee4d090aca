-- What others did that concerns a user, by ids; whether it is there still, and for that user's eyes, is asked when it is read. The
-- place of a notice is that of the entry in the user's self feed, which is locked when it is written.

CREATE TABLE moment_notices (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  -- like, comment, reply or mention.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Empty: it is about no comment.
  comment_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, seq),
  -- Nobody is told the same thing twice: not by a step that is repeated, nor by a like that comes and goes.
  UNIQUE KEY moment_notices_once (app_id, user_id, post_id, kind, actor_id, comment_id),
  KEY moment_notices_by_time (app_id, created_ms)
) ENGINE=InnoDB;

CREATE TABLE moment_notice_marks (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Notices up to this place are read.
  read_seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id)
) ENGINE=InnoDB;

-- A job of notices: who did what, besides the post.
ALTER TABLE moment_jobs
  ADD COLUMN actor_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN comment_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD COLUMN notice VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
