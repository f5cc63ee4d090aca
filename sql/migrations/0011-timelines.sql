-- Who has which posts in the timeline. A reference says that a post may be shown there, never that it is: that follows from rows
-- as they are when the timeline is read. Lock order: … posts < timeline_refs < group_info …; a step of a job locks the job first, for
-- which nobody else waits: claims pass over it.

CREATE TABLE timeline_refs (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of the post.
  created_ms BIGINT NOT NULL,
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- When the reference was written, by the clock of the database.
  arrived_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, created_ms, post_id),
  KEY timeline_refs_by_arrival (app_id, user_id, arrived_ms, post_id)
) ENGINE=InnoDB;

-- References that have to be written, in the transaction of what they follow from. Any logic node goes on with them.
CREATE TABLE moment_jobs (
  job_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- fan-out: a post to the timelines of its author's friends; back-fill: an author's newest posts to one timeline.
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of a fan-out; friends up to this id have their reference.
  post_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  done_to VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  -- Of a back-fill.
  viewer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Whoever claims the row puts this off; it is free again then.
  due_ms BIGINT NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  PRIMARY KEY (job_id),
  KEY moment_jobs_by_due (due_ms)
) ENGINE=InnoDB;
