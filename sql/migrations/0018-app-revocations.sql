-- Apps that were suspended and keys that were retired, in the order of time, for connect nodes as revocations are: the sessions
-- of these apps, and those that were opened by tokens of these keys, end. Old rows are pruned.
CREATE TABLE app_revocations (
  -- By the database's clock. In the future for a key that is to be retired then: nobody is told before.
  revoked_ms BIGINT NOT NULL,
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Empty: the app was suspended.
  kid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (revoked_ms, app_id, kid)
) ENGINE=InnoDB;

-- When it was suspended last; 0: never. Sessions know it of when they were opened, so that no suspension from before ends them.
ALTER TABLE apps ADD COLUMN suspended_ms BIGINT NOT NULL DEFAULT 0;
