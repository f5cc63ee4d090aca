-- What an id was used for, so that it is not taken for a repetition of something else. NULL: written by a version that did not
-- say so, which is compared with nothing.
ALTER TABLE spent_message_ids
  ADD COLUMN kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN content VARBINARY(255) NULL;

-- SHA-256 of the method and of all of the request but its id.
ALTER TABLE requests
  ADD COLUMN digest BINARY(32) NULL;
