-- Secrets before the previous one that sign too until their time is over, the newest first: [{"sealed": base64, "untilMs": n}].
ALTER TABLE webhooks ADD COLUMN earlier_secrets JSON NULL;

ALTER TABLE before_send_hooks ADD COLUMN earlier_secrets JSON NULL;
