-- Ids are compared and sorted by byte (ascii_bin); text that people read is utf8mb4_unicode_520_ci. Times are milliseconds
-- since the epoch. No foreign keys: a row and the rows that it names may live on different shards.

-- One number per deployment, raised only by a restore from backup: replicas that see a new one discard and pull again.
CREATE TABLE log_epoch (
  id TINYINT NOT NULL,
  log_epoch BIGINT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT log_epoch_is_one_row CHECK (id = 1)
) ENGINE=InnoDB;

INSERT INTO log_epoch (id, log_epoch) VALUES (1, 1);

CREATE TABLE apps (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'active',
  -- Only what was set; defaults are in the code.
  settings JSON NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id)
) ENGINE=InnoDB;

CREATE TABLE app_keys (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  alg VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- HS256: the shared secret. EdDSA: the public key as JWK text.
  material VARBINARY(2048) NOT NULL,
  created_ms BIGINT NOT NULL,
  retired_ms BIGINT NULL,
  PRIMARY KEY (app_id, kid)
) ENGINE=InnoDB;

CREATE TABLE app_credentials (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credential_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 of a secret of full entropy, so a slow hash would add nothing.
  secret_hash BINARY(32) NOT NULL,
  created_ms BIGINT NOT NULL,
  revoked_ms BIGINT NULL,
  PRIMARY KEY (app_id, credential_id)
) ENGINE=InnoDB;

CREATE TABLE users (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  nickname VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  avatar_url VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id)
) ENGINE=InnoDB;

CREATE TABLE devices (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  device_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  platform VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  brand VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  model VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  os_version VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  app_version VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT '',
  -- The highest that a sign-in brought.
  generation BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  last_seen_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, user_id, device_id)
) ENGINE=InnoDB;
