-- Whatever is written to the logs of an app, in one order, for its back ends; only of apps that want it (settings: events). Rows
-- say which entries, never what they say. Lock order: … dispatch < app_event_heads < app_events < event_outbox.

-- Entries of a commit that have no place in the order yet. Written in their transaction.
CREATE TABLE event_outbox (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  first_seq BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, conversation_id, first_seq)
) ENGINE=InnoDB;

-- Whoever holds the row gives places to what is in the outbox.
CREATE TABLE app_event_heads (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last_position BIGINT NOT NULL,
  PRIMARY KEY (app_id)
) ENGINE=InnoDB;

-- Positions are 1, 2, 3 … without a gap, but for the oldest rows, which go.
CREATE TABLE app_events (
  app_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position BIGINT NOT NULL,
  conversation_id VARCHAR(131) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  first_seq BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  placed_ms BIGINT NOT NULL,
  PRIMARY KEY (app_id, position)
) ENGINE=InnoDB;
