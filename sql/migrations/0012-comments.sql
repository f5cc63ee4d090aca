-- Likes and comments of posts. Who sees one follows from rows as they are when it is read, as for posts. Lock order: … posts < likes
-- < comments < timeline_refs … Jobs of another kind, erase: of a post that is gone its likes go, and what its comments said; comments up
-- to the job's done_to are done.

ALTER TABLE posts
  ADD COLUMN share_count INT NOT NULL DEFAULT 0,
  -- User ids, as content says them: ["bob"]
  ADD COLUMN mentions JSON NOT NULL DEFAULT ('[]'),
  -- Comments that were ever written, so that a limit holds without counting.
  ADD COLUMN comments_made INT NOT NULL DEFAULT 0;

CREATE TABLE likes (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, post_id, user_id),
  KEY likes_by_time (app_id, post_id, created_ms, user_id)
) ENGINE=InnoDB;

-- A comment that was deleted keeps its row, without what it said.
CREATE TABLE comments (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  comment_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Empty: it answers no other.
  reply_to VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  text MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  -- 0: there; 1: deleted by its writer; 2: removed by the app; 3: dismissed by the author of the post.
  state TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, post_id, comment_id),
  -- Those that are there are counted without looking at their texts.
  KEY comments_by_time (app_id, post_id, state, created_ms, comment_id, author_id),
  KEY comments_by_author (app_id, post_id, author_id)
) ENGINE=InnoDB;
