-- What one user keeps about one conversation, besides the read cursor.

ALTER TABLE members
  -- How far the user's devices have received. Not part of what the user sees, so it does not raise rev.
  ADD COLUMN delivered_seq BIGINT NOT NULL DEFAULT 0,
  -- Direct chats: how far the other side has received.
  ADD COLUMN peer_delivered_seq BIGINT NOT NULL DEFAULT 0,
  -- Entries up to it were cleared by the user.
  ADD COLUMN cleared_seq BIGINT NOT NULL DEFAULT 0,
  -- Newest entry that mentions the user by name.
  ADD COLUMN mentioned_seq BIGINT NOT NULL DEFAULT 0,
  -- The newest seqs of hidden_entries, so that a list needs no read of that table.
  ADD COLUMN hidden_seqs JSON NULL;

-- Newest entry that mentions everybody.
ALTER TABLE conversations ADD COLUMN mention_all_seq BIGINT NOT NULL DEFAULT 0;

-- Entries that a user deleted for oneself.
CREATE TABLE hidden_entries (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, conversation_id, seq)
) ENGINE=InnoDB;
