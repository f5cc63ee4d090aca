-- Messages are taken back, edited, deleted, reacted to and pinned by later entries of the same log. Whoever writes here
-- holds the conversation's head. Lock order: entries < entry_edits < reactions < pins < dispatch.

-- 0: there; 1: recalled; 2: deleted for everyone. A row that is not there any more has an empty content.
ALTER TABLE entries ADD COLUMN state TINYINT NOT NULL DEFAULT 0 AFTER revision;

-- Which entries hold edited contents of a message: they are blanked with it.
CREATE TABLE entry_edits (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target_seq BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, target_seq, seq)
) ENGINE=InnoDB;

CREATE TABLE reactions (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target_seq BIGINT NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Bytes of UTF-8: two emoji that a collation takes for the same are two.
  emoji VARBINARY(32) NOT NULL,
  PRIMARY KEY (app_id, conversation_id, target_seq, user_id, emoji)
) ENGINE=InnoDB;

CREATE TABLE pins (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target_seq BIGINT NOT NULL,
  -- The entry that pinned it.
  seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, target_seq)
) ENGINE=InnoDB;
