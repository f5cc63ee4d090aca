-- Changes that were answered with seq 0, as there was nothing to change. An attempt that was held back and comes later finds its
-- id here and changes nothing either. Written under the lock of the conversation's head; pruned by age, as requests are.
-- Lock order: … entries < spent_message_ids < dispatch.
CREATE TABLE spent_message_ids (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sender VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_msg_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, sender, client_msg_id),
  KEY spent_message_ids_by_time (app_id, created_ms)
) ENGINE=InnoDB;
