-- Tokens that were revoked one by one; other tokens of their users stay good.
CREATE TABLE revoked_tokens (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The jti of the token.
  token_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- By the database's clock.
  revoked_ms BIGINT NOT NULL,
  -- Until when the row is kept: after that the token is past its own end.
  kept_until_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, token_id),
  KEY revoked_tokens_by_end (app_id, kept_until_ms)
) ENGINE=InnoDB;

-- Empty: not one token but all that were issued until then.
ALTER TABLE revocations
  ADD COLUMN token_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (revoked_ms, app_id, user_id, device_id, token_id);

-- app_keys.alg has one value more, derived: an HS256 key that the server signs with itself. Its material is a salt, from which, with
-- a secret that is in no database, the key is derived.
