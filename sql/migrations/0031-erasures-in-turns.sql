-- Apps take turns at erasures: what is due of one is found whatever waits of others.
ALTER TABLE erasures ADD KEY erasures_by_turn (app_id, due_ms);
