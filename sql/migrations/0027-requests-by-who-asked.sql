-- What somebody wrote in requests of others is found by an erasure.
ALTER TABLE group_invitations ADD KEY group_invitations_by_inviter (app_id, inviter_id, user_id, conversation_id);
ALTER TABLE group_applications
  ADD KEY group_applications_by_inviter (app_id, inviter_id, conversation_id, user_id),
  ADD KEY group_applications_by_handler (app_id, handled_by, conversation_id, user_id);
