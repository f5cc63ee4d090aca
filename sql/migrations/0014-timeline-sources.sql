-- Authors with more friends than posts are written out to. Their posts get no references: each friend's timeline names the author,
-- and takes the posts from there when it is read. A job of the kind `sources` writes the names, with done_to as of a fan-out. Lock
-- order: … timeline_refs < timeline_sources …

ALTER TABLE posts
  -- 0: references in timelines say it may be there; 1: it is found by its author.
  ADD COLUMN spread TINYINT NOT NULL DEFAULT 0,
  ADD KEY posts_by_spread (app_id, author_id, spread, created_ms, post_id);

CREATE TABLE timeline_sources (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- When it was written, by the clock of the database.
  arrived_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, author_id)
) ENGINE=InnoDB;
