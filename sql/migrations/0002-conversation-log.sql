-- Lock order everywhere: conversations < members < entries < dispatch.

-- The head of each log: whoever holds its row lock may append to the log or change its members.
CREATE TABLE conversations (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last_seq BIGINT NOT NULL DEFAULT 0,
  -- Countable entries so far; never decreases.
  last_ordinal BIGINT NOT NULL DEFAULT 0,
  -- Newest entry that a list shows.
  shown_seq BIGINT NOT NULL DEFAULT 0,
  -- For ordering only.
  active_ms BIGINT NOT NULL DEFAULT 0,
  -- Raised by every change of membership, and by every leave.
  member_version BIGINT NOT NULL DEFAULT 0,
  leave_version BIGINT NOT NULL DEFAULT 0,
  -- routed, both or subscribed.
  mode VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'routed',
  PRIMARY KEY (app_id, conversation_id)
) ENGINE=InnoDB;

-- What only groups have; kept out of the head because the head is rewritten with every message.
CREATE TABLE group_info (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
  creator_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- A repeated creation is recognised by creator and request.
  client_request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id)
) ENGINE=InnoDB;

-- A member sees exactly the entries with joined_seq < seq <= left_seq. Leaving keeps the row.
CREATE TABLE members (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'member',
  joined_seq BIGINT NOT NULL DEFAULT 0,
  -- NULL: a current member. left_ordinal is the ordinal of the entry at left_seq.
  left_seq BIGINT NULL,
  left_ordinal BIGINT NULL,
  read_seq BIGINT NOT NULL DEFAULT 0,
  read_ordinal BIGINT NOT NULL DEFAULT 0,
  -- Direct chats: how far the other side has read.
  peer_read_seq BIGINT NOT NULL DEFAULT 0,
  flags INT NOT NULL DEFAULT 0,
  settings JSON NULL,
  -- Raised by 1 with every change of the row.
  rev BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (app_id, user_id, conversation_id),
  KEY members_by_conversation (app_id, conversation_id, left_seq, user_id, joined_seq)
) ENGINE=InnoDB;

-- Times in a conversation that ended before the one in members began.
CREATE TABLE member_stints (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  joined_seq BIGINT NOT NULL,
  left_seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, conversation_id, joined_seq)
) ENGINE=InnoDB;

CREATE TABLE entries (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  -- A user id, or kind:id for senders of another kind.
  sender VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL for entries that the server wrote: they have no retries.
  client_msg_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revision BIGINT NOT NULL DEFAULT 0,
  created_ms BIGINT NOT NULL,
  -- An encoded queqiao.client.v1.Content; emptied by recall and expiry, which keep the row.
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (app_id, conversation_id, seq),
  UNIQUE KEY entries_by_message (app_id, conversation_id, sender, client_msg_id)
) ENGINE=InnoDB;

-- Pushes that may not have reached everybody yet: one row per batch, written in the batch's transaction.
CREATE TABLE dispatch (
  dispatch_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- By the database's clock; past due, any logic node may claim the row.
  due_ms BIGINT NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  -- Ranges of seqs and names of states, never content.
  payload MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (dispatch_id),
  KEY dispatch_by_due (due_ms)
) ENGINE=InnoDB;
