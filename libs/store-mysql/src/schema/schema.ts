import type { AppCredentialsTable, AppKeysTable, AppsTable } from './apps.js';
import type { AuditLogTable } from './audit-log.js';
import type { BroadcastsTable } from './broadcasts.js';
import type { ConversationsTable } from './conversations.js';
import type { LogEpochTable, SchemaMigrationsTable } from './deployment.js';
import type { DispatchTable } from './dispatch.js';
import type { BeforeSendHooksTable } from './hooks.js';
import type { ImportedSenderSearchesTable, ImportedSendersTable } from './imports.js';
import type { AppEventHeadsTable, AppEventsTable, EventOutboxTable } from './events.js';
import type {
  EntriesTable,
  EntryEditsTable,
  PinsTable,
  ReactionsTable,
  SpentMessageIdsTable,
} from './entries.js';
import type {
  GroupApplicationsTable,
  GroupInfoTable,
  GroupInvitationsTable,
  JoinLinksTable,
} from './groups.js';
import type {
  LargeConfirmationsTable,
  LargeCrossingsTable,
  LargeLeavesTable,
  LargeMembersTable,
} from './large.js';
import type { HiddenEntriesTable, MembersTable, MemberStintsTable } from './members.js';
import type {
  CommentsTable,
  LikesTable,
  MomentJobsTable,
  MomentNoticeMarksTable,
  MomentNoticesTable,
  PostsTable,
  TimelineRefsTable,
  TimelineSourcesTable,
} from './moments.js';
import type { BlocksTable, FriendRequestsTable, FriendsTable } from './people.js';
import type { RequestsTable } from './requests.js';
import type { AppRevocationsTable, RevocationsTable } from './revocations.js';
import type { AppUsageTable } from './usage.js';
import type { BansTable, ErasuresTable, RevokedTokensTable } from './user-state.js';
import type { WebhookSchema } from './webhooks.js';
import type { DevicesTable, UsersTable } from './users.js';

/** The tables as Kysely sees them; a test compares them with the migrated database. */
export interface Schema extends WebhookSchema {
  apps: AppsTable;
  app_keys: AppKeysTable;
  app_credentials: AppCredentialsTable;
  app_usage: AppUsageTable;
  before_send_hooks: BeforeSendHooksTable;
  users: UsersTable;
  devices: DevicesTable;
  revocations: RevocationsTable;
  app_revocations: AppRevocationsTable;
  revoked_tokens: RevokedTokensTable;
  bans: BansTable;
  erasures: ErasuresTable;
  audit_log: AuditLogTable;
  requests: RequestsTable;
  broadcasts: BroadcastsTable;
  friends: FriendsTable;
  friend_requests: FriendRequestsTable;
  blocks: BlocksTable;
  posts: PostsTable;
  timeline_refs: TimelineRefsTable;
  timeline_sources: TimelineSourcesTable;
  likes: LikesTable;
  comments: CommentsTable;
  moment_notices: MomentNoticesTable;
  moment_notice_marks: MomentNoticeMarksTable;
  moment_jobs: MomentJobsTable;
  conversations: ConversationsTable;
  group_info: GroupInfoTable;
  group_invitations: GroupInvitationsTable;
  group_applications: GroupApplicationsTable;
  join_links: JoinLinksTable;
  members: MembersTable;
  member_stints: MemberStintsTable;
  hidden_entries: HiddenEntriesTable;
  imported_senders: ImportedSendersTable;
  imported_sender_searches: ImportedSenderSearchesTable;
  large_members: LargeMembersTable;
  large_leaves: LargeLeavesTable;
  large_crossings: LargeCrossingsTable;
  large_confirmations: LargeConfirmationsTable;
  entries: EntriesTable;
  entry_edits: EntryEditsTable;
  reactions: ReactionsTable;
  pins: PinsTable;
  spent_message_ids: SpentMessageIdsTable;
  dispatch: DispatchTable;
  event_outbox: EventOutboxTable;
  app_event_heads: AppEventHeadsTable;
  app_events: AppEventsTable;
  log_epoch: LogEpochTable;
  schema_migrations: SchemaMigrationsTable;
}
