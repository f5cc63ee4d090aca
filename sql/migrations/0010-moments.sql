-- Moments. Who may see a post follows from rows as they are when it is read; nothing here says it. Whoever changes a post holds
-- the self feed of its author. Lock order: … blocks < posts < group_info …

-- Either side may keep one's own posts from the other, or not care for the other's.
ALTER TABLE friends
  ADD COLUMN hide_my_posts TINYINT NOT NULL DEFAULT 0,
  ADD COLUMN hide_their_posts TINYINT NOT NULL DEFAULT 0;

-- A post that was deleted keeps its row, without what it said and for whom.
CREATE TABLE posts (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- An encoded queqiao.client.v1.PostContent.
  content MEDIUMBLOB NOT NULL,
  -- {"kind": "friends", "private", "only" or "except", "userIds": [], "tags": []}
  audience JSON NOT NULL,
  created_ms BIGINT NOT NULL,
  -- 0: never.
  edited_ms BIGINT NOT NULL DEFAULT 0,
  revision INT NOT NULL DEFAULT 0,
  -- 0: there; 1: deleted by its author; 2: removed by the app.
  state TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, post_id),
  KEY posts_by_author (app_id, author_id, created_ms, post_id)
) ENGINE=InnoDB;
