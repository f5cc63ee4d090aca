-- Users who were erased by a version that left something of them are erased again, and what they said in groups that they were never
-- in is looked for first, once, as nobody wrote it down before imported_senders was there.
ALTER TABLE erasures
  -- What it came to its end by; 0: a version that did not say so.
  ADD COLUMN version TINYINT NOT NULL DEFAULT 0,
  ADD KEY erasures_by_version (version, due_ms);

-- Apps whose groups are not all looked through yet.
CREATE TABLE imported_sender_searches (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The last group that was.
  done_to VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (app_id)
) ENGINE=InnoDB;

INSERT INTO imported_sender_searches (app_id) SELECT app_id FROM apps WHERE app_id <> '' AND status <> 'deleted';
