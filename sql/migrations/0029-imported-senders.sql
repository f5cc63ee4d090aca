-- Users whose messages were imported into groups that they were never in: the groups, so that an erasure finds what they said there.
CREATE TABLE imported_senders (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (app_id, user_id, conversation_id)
) ENGINE=InnoDB;
