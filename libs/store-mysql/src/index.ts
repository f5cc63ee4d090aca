export * from './account-types.js';
export { DEVICES_LIST_MAX } from './account/device-store.js';
export {
  REVOCATION_KEPT_MS,
  REVOCATION_OVERLAP_MS,
  REVOCATION_PAGE_ROWS,
} from './account/revocation-store.js';
export { REVOCATION_MAX_WRITE_MS } from './account/revoke.js';
export { REVOKED_TOKEN_KEPT_MS } from './account/revoked-tokens.js';
export type * from './account/token-key-store.js';
export type * from './account/revocation-types.js';
export { LOOKUP_MAX_USERS, SEARCH_MAX_USERS, UPSERT_MAX_USERS } from './account/user-store.js';
export * from './admin-types.js';
export * from './ban-types.js';
export * from './erasure-types.js';
export { ERASED_COLUMNS, type Erased } from './erasure/erased-columns.js';
export { ACCOUNTS_LOOKUP_MAX } from './account/account-reads.js';
export { AUDIT_KEPT_MS } from './admin/audit-log.js';
export { CREDENTIALS_LIST_MAX, CREDENTIALS_MAX_LIVE } from './admin/credential-changes.js';
export { KEYS_LIST_MAX, KEYS_MAX_LIVE } from './admin/key-changes.js';
export { PURGE_AFTER_MS } from './admin/purge-store.js';
export * from './app-settings.js';
export type { AppTurn } from './app-turns.js';
export * from './app-post-types.js';
export * from './append-types.js';
export * from './broadcast-types.js';
export { EXEMPT_TABLES, TENANT_TABLES } from './connection/tenant-guard.js';
export { READ_STATES_MAX_PAGE } from './conversation/app-view.js';
export { RANGE_MAX_ENTRIES, SHOWN_MAX_ENTRIES } from './conversation/conversation-reads.js';
export { PULL_MAX_BYTES } from './conversation/trim-pull.js';
export * from './conversation-types.js';
export {
  CATCH_UP_MAX_CONVERSATIONS,
  CATCH_UP_MAX_ENTRIES,
  CATCH_UP_MAX_ENTRIES_EACH,
} from './conversation/catch-up.js';
export * from './event-types.js';
export { EVENT_APPS_MAX_KNOWN } from './event/event-outbox.js';
export * from './friend-types.js';
export { REQUESTS_COUNT_MAX } from './friend/friend-counts.js';
export { REQUESTS_MARK_MAX } from './friend/friend-requests.js';
export { FRIENDS_MAX_PAGE } from './friend/friend-store.js';
export { RELATIONS_MAX_USERS } from './friend/relations.js';
export * from './group-read-types.js';
export * from './group-request-types.js';
export * from './group-types.js';
export { GROUP_MAX_MEMBERS } from './group/create-group.js';
export { GROUP_MEMBERS_LOOKUP_MAX, GROUPS_LOOKUP_MAX } from './group/group-store.js';
export { JOIN_LINKS_MAX } from './group/link-rows.js';
export { REQUESTS_MAX_PAGE } from './group/list-applications.js';
export { GROUP_MEMBERS_MAX_PAGE } from './group/list-members.js';
export { UNREAD_MAX } from './group/unread-requests.js';
export * from './hook-types.js';
export { HOOK_SECRET_OVERLAP_MS } from './hook/hook-store.js';
export * from './large-types.js';
export * from './log-types.js';
export * from './member-types.js';
export * from './moment-types.js';
export * from './notice-types.js';
export { POSTS_MAX_PAGE } from './moment/post-store.js';
export * from './reaction-types.js';
export * from './timeline-types.js';
export { JOBS_MAX_CLAIM } from './moment/job-store.js';
export { SIGNING_MAX_SECRETS } from './outbound/signing-secrets.js';
export * from './presence-types.js';
export * from './usage-types.js';
export * from './webhook-types.js';
export type * from './database.js';
export type { DurabilityFinding } from './durability.js';
export * from './errors.js';
export { migrate, migrationsDirectory, migrationStatus } from './migrate/migrate.js';
export type { AppliedMigration, MigrationStatus } from './migrate/migrate.js';
export { createDatabase, MAX_WAITING } from './open-database.js';
