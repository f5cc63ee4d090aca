-- What a credential may be used for: some of read, write and admin, with commas between. Those from before may do all of it.
ALTER TABLE app_credentials
  ADD COLUMN scopes VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'read,write,admin';
