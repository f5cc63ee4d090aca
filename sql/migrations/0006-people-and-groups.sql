-- Users, friends, blocks and groups. What changes here is told by entries of group logs and self feeds, written in the same
-- transaction. Lock order: conversations < users < friends < friend_requests < blocks < group_info <
-- group_invitations < group_applications < join_links < members < entries < dispatch < requests.

-- What calls that change something were answered, so that a repeated one gets the first answer. Pruned by age.
CREATE TABLE requests (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- A user id, or kind:id for callers of another kind, as in entries.sender.
  actor VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  method VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answer MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, actor, request_id),
  KEY requests_by_time (app_id, created_ms)
) ENGINE=InnoDB;

ALTER TABLE users
  ADD COLUMN gender TINYINT NOT NULL DEFAULT 0,
  ADD COLUMN signature VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  ADD COLUMN extra VARCHAR(4096) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  -- What others may find the user by, such as a phone number.
  ADD COLUMN handle VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- Only what was set; defaults are in the code.
  ADD COLUMN settings JSON NULL,
  -- The nickname where strangers may find the user by it, else NULL: a search reads no row that it must leave out.
  ADD COLUMN searchable_name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NULL,
  -- Applications to groups that came until then were seen.
  ADD COLUMN applications_read_ms BIGINT NOT NULL DEFAULT 0,
  ADD UNIQUE KEY users_by_handle (app_id, handle),
  ADD KEY users_by_name (app_id, searchable_name, user_id);

UPDATE users SET searchable_name = nickname WHERE app_id <> '' AND nickname <> '';

-- One row for each side. A friendship that ended keeps its rows, so that lists tell of it.
CREATE TABLE friends (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  friend_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- 1: friends; 0: no longer.
  active TINYINT NOT NULL,
  remark VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  tags JSON NOT NULL,
  source_way TINYINT NOT NULL DEFAULT 0,
  source_detail VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  created_ms BIGINT NOT NULL,
  -- Seq of the entry of the user's self feed that brought this state.
  feed_seq BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, friend_id),
  KEY friends_by_feed (app_id, user_id, feed_seq)
) ENGINE=InnoDB;

-- One row for each side; of one direction between two users there is at most one.
CREATE TABLE friend_requests (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- in: from the peer to the user; out: from the user to the peer.
  direction VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  peer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- pending, accepted, rejected or cancelled. A pending one past expires_ms counts as expired.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_read TINYINT NOT NULL DEFAULT 0,
  text VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  answer VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  source_way TINYINT NOT NULL DEFAULT 0,
  source_detail VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  -- Of the requester alone: what the friend will be called and tagged.
  remark VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  tags JSON NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, direction, peer_id),
  KEY friend_requests_by_update (app_id, user_id, direction, updated_ms, peer_id),
  KEY friend_requests_by_state (app_id, user_id, direction, state, is_read, expires_ms)
) ENGINE=InnoDB;

CREATE TABLE blocks (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  blocked_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, blocked_id)
) ENGINE=InnoDB;

-- Bits: 1 all are muted but owner and admins; 2 dissolved. In the head, because every append has to know them.
ALTER TABLE conversations ADD COLUMN flags INT NOT NULL DEFAULT 0;

ALTER TABLE group_info
  ADD COLUMN owner_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER name,
  ADD COLUMN avatar_url VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  ADD COLUMN introduction VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  ADD COLUMN announcement VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  ADD COLUMN extra VARCHAR(4096) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  ADD COLUMN join_mode VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'invitation',
  ADD COLUMN visibility VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'private',
  ADD COLUMN history VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'since-join',
  ADD COLUMN invite_right VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'everyone',
  ADD COLUMN member_count INT NOT NULL DEFAULT 0,
  ADD COLUMN admin_count INT NOT NULL DEFAULT 0;

UPDATE group_info g SET g.owner_id = g.creator_id, g.member_count = (
  SELECT COUNT(*) FROM members m WHERE m.app_id = g.app_id AND m.conversation_id = g.conversation_id AND m.left_seq IS NULL)
  WHERE g.app_id <> '';

ALTER TABLE members
  -- Milliseconds since the epoch; 0: may speak. The bit that muted before is gone from flags.
  ADD COLUMN muted_until_ms BIGINT NOT NULL DEFAULT 0,
  -- What the member is called in the group.
  ADD COLUMN name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  ADD COLUMN joined_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN inviter_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  ADD KEY members_by_role (app_id, conversation_id, left_seq, role, user_id),
  ADD KEY members_by_name (app_id, conversation_id, left_seq, name, user_id);

CREATE TABLE group_invitations (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  inviter_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  text VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  -- pending, accepted or rejected. A pending one past expires_ms counts as expired.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_read TINYINT NOT NULL DEFAULT 0,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, conversation_id),
  KEY group_invitations_by_update (app_id, user_id, updated_ms, conversation_id),
  KEY group_invitations_by_state (app_id, user_id, state, is_read, expires_ms)
) ENGINE=InnoDB;

CREATE TABLE group_applications (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  inviter_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  text VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  -- pending, accepted, rejected or cancelled.
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  handled_by VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  answer VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, user_id),
  KEY group_applications_by_update (app_id, conversation_id, updated_ms, user_id),
  KEY group_applications_by_state (app_id, conversation_id, state, created_ms),
  KEY group_applications_by_user (app_id, user_id, updated_ms, conversation_id)
) ENGINE=InnoDB;

CREATE TABLE join_links (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  creator_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_ms BIGINT NOT NULL,
  -- 0: never.
  expires_ms BIGINT NOT NULL,
  -- 0: any number.
  max_uses INT NOT NULL,
  uses INT NOT NULL DEFAULT 0,
  revoked_ms BIGINT NULL,
  PRIMARY KEY (app_id, token),
  KEY join_links_by_group (app_id, conversation_id, created_ms)
) ENGINE=InnoDB;
