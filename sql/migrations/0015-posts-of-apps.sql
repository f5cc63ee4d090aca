-- For back ends, which list and export the posts of a whole app by time.
CREATE INDEX posts_by_time ON posts (app_id, created_ms, post_id);
