-- Large groups: their messages go to connect nodes, which know their own sessions in them. Whoever changes the first two tables
-- holds the conversation's head. Lock order: members < large_members < large_leaves < entries.

-- Current members of large groups, by user: what a session that opens has to know, without reading all that the user is in.
CREATE TABLE large_members (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  joined_seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, conversation_id)
) ENGINE=InnoDB;

-- Who left, under the leave_version that the leave gave the head: what a connect node that knows an older version has missed.
CREATE TABLE large_leaves (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  leave_version BIGINT NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  left_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, leave_version, user_id),
  KEY large_leaves_by_time (app_id, left_ms)
) ENGINE=InnoDB;

-- Groups on their way from routed to subscribed. Any logic node goes on with them.
CREATE TABLE large_crossings (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Members up to this id have their row in large_members.
  filled_to VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  filled TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, conversation_id)
) ENGINE=InnoDB;

-- Connect nodes that have taken their sessions in.
CREATE TABLE large_confirmations (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  node_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  boot_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (app_id, conversation_id, node_id, boot_id)
) ENGINE=InnoDB;
