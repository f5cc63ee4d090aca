-- Who may not act for some time: compared with the database's clock, so that a ban ends by itself. A ban that has ended keeps its
-- row for as long as feeds repeat it.
CREATE TABLE bans (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- For ever: 2^53 - 1. When it was lifted: the time of that.
  until_ms BIGINT NOT NULL,
  reason VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  banned_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id),
  KEY bans_by_end (app_id, until_ms)
) ENGINE=InnoDB;

-- 1: all sessions of the user, whenever their tokens were issued, that were opened before logic knew of the ban.
ALTER TABLE revocations
  ADD COLUMN banned TINYINT NOT NULL DEFAULT 0,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (revoked_ms, app_id, user_id, device_id, token_id, banned);
