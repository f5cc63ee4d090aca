-- Where what happens in an app is sent to. Nothing is written for an event that is delivered: the webhook's place among the events
-- says so. Lock order: apps < webhooks < webhook_waits < webhook_dead_letters < audit_log < requests.

CREATE TABLE webhooks (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  webhook_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  url VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Kinds of entries that it gets; none: all.
  types JSON NOT NULL,
  enabled TINYINT NOT NULL,
  -- Why the server turned it off; empty: it did not.
  disabled_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Sealed by a key of the deployment.
  secret VARBINARY(255) NOT NULL,
  -- Signs too until its time is over.
  previous_secret VARBINARY(255) NULL,
  previous_until_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  -- +1 with every change that whoever sends has to know.
  revision BIGINT NOT NULL,
  -- node:boot of whoever sends; it holds for as long as the row of that node does.
  owner VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Every event up to here was delivered or is in webhook_waits; of the position itself the entries up to seq, 0: all.
  position BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  last_success_ms BIGINT NOT NULL,
  last_failure_ms BIGINT NOT NULL,
  last_error VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  missed_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, webhook_id)
) ENGINE=InnoDB;

-- Nodes that send.
CREATE TABLE webhook_nodes (
  node_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  boot_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- By the database's clock.
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (node_id)
) ENGINE=InnoDB;

-- Entries of one conversation that the webhook's place has passed and that are not delivered: the next one was refused, the others
-- wait for it.
CREATE TABLE webhook_waits (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  webhook_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The next one when the row was made.
  first_seq BIGINT NOT NULL,
  next_seq BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  -- Of the next one.
  attempts INT NOT NULL,
  first_attempt_ms BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  last_error VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (app_id, webhook_id, conversation_id, first_seq)
) ENGINE=InnoDB;

-- Entries that were given up on. Pruned by age.
CREATE TABLE webhook_dead_letters (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  webhook_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  attempts INT NOT NULL,
  first_attempt_ms BIGINT NOT NULL,
  died_ms BIGINT NOT NULL,
  last_error VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (app_id, webhook_id, event_id),
  KEY webhook_dead_letters_by_death (app_id, webhook_id, died_ms, event_id),
  KEY webhook_dead_letters_by_age (app_id, died_ms)
) ENGINE=InnoDB;
