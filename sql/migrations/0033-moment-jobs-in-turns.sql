-- Apps take turns at jobs of moments, too.
ALTER TABLE moment_jobs ADD KEY moment_jobs_by_turn (app_id, due_ms);
