-- Lists and counts of friends pass over those who are none any more, whose rows are kept.
ALTER TABLE friends ADD KEY friends_by_state (app_id, user_id, active, friend_id);
