import type { COLUMNS } from '../schema/columns.js';

/**
 * What an erasure leaves of the user in a column:
 * - `goes`: nothing, as the row goes;
 * - `emptied`: nothing, as it is emptied, and the row stays;
 * - `id`: at most the id of the user, which is nobody's any more;
 * - `ages`: what it has, until the row goes by its age or when its work is done;
 * - `others`: what is of the user and not the user's, such as messages of others, or the name that a group was given.
 * `none` says that it never has anything of a user.
 */
export type Erased = 'goes' | 'emptied' | 'id' | 'ages' | 'others' | 'none';

type Tables = typeof COLUMNS;
/** Numbers say nothing. */
type Texts<T extends keyof Tables> = {
  [C in keyof Tables[T]]: Tables[T][C] extends `number${string}` ? never : C;
}[keyof Tables[T]];

/** Every table and every column but app_id and numbers: a new one is a compile error. `none` for a table: for all its columns. */
export const ERASED_COLUMNS = {
  apps: 'none',
  app_keys: 'none',
  app_credentials: 'none',
  app_usage: { phase: 'none', done_to: 'ages', owner: 'none' },
  before_send_hooks: 'none',
  users: {
    user_id: 'goes',
    nickname: 'goes',
    avatar_url: 'goes',
    signature: 'goes',
    extra: 'goes',
    handle: 'goes',
    settings: 'goes',
    searchable_name: 'goes',
  },
  devices: {
    user_id: 'goes',
    device_id: 'goes',
    platform: 'goes',
    brand: 'goes',
    model: 'goes',
    os_version: 'goes',
    app_version: 'goes',
  },
  revocations: { user_id: 'ages', device_id: 'ages', token_id: 'ages' },
  app_revocations: 'none',
  revoked_tokens: { user_id: 'ages', token_id: 'ages' },
  bans: { user_id: 'goes', reason: 'goes' },
  erasures: { user_id: 'id', phase: 'none', done_to: 'emptied', owner: 'none' },
  audit_log: {
    actor_kind: 'none',
    actor_id: 'none',
    method: 'none',
    target: 'ages',
    request_id: 'none',
    outcome: 'none',
  },
  // Those of others may quote the user.
  requests: { actor: 'goes', request_id: 'goes', method: 'goes', answer: 'ages', digest: 'ages' },
  broadcasts: {
    broadcast_id: 'none',
    sender: 'ages',
    account_id: 'ages',
    kind: 'none',
    content: 'others',
    done_to: 'ages',
    owner: 'none',
  },
  // The row of the other one stays for those who have not heard of its end.
  friends: {
    user_id: 'goes',
    friend_id: 'id',
    remark: 'emptied',
    tags: 'emptied',
    source_detail: 'emptied',
  },
  friend_requests: {
    user_id: 'goes',
    direction: 'goes',
    peer_id: 'goes',
    state: 'goes',
    text: 'goes',
    answer: 'goes',
    source_detail: 'goes',
    remark: 'goes',
    tags: 'goes',
  },
  blocks: { user_id: 'goes', blocked_id: 'id' },
  posts: {
    post_id: 'none',
    author_id: 'id',
    // Those of others may mention the user, or be for the user.
    content: 'others',
    audience: 'id',
    mentions: 'id',
  },
  timeline_refs: { user_id: 'goes', post_id: 'goes' },
  timeline_sources: { user_id: 'goes', author_id: 'goes' },
  likes: { post_id: 'goes', user_id: 'goes' },
  comments: {
    post_id: 'none',
    comment_id: 'none',
    author_id: 'id',
    reply_to: 'none',
    text: 'emptied',
  },
  moment_notices: {
    user_id: 'goes',
    kind: 'none',
    post_id: 'none',
    actor_id: 'ages',
    comment_id: 'none',
  },
  moment_notice_marks: { user_id: 'goes' },
  moment_jobs: {
    job_id: 'none',
    kind: 'none',
    author_id: 'ages',
    post_id: 'none',
    done_to: 'ages',
    viewer_id: 'ages',
    owner: 'none',
    actor_id: 'ages',
    comment_id: 'none',
    notice: 'none',
  },
  conversations: { conversation_id: 'id', mode: 'none' },
  group_info: {
    conversation_id: 'others',
    name: 'others',
    creator_id: 'id',
    client_request_id: 'none',
    owner_id: 'id',
    avatar_url: 'others',
    introduction: 'others',
    announcement: 'others',
    extra: 'others',
    join_mode: 'none',
    visibility: 'none',
    history: 'none',
    invite_right: 'none',
  },
  group_invitations: {
    user_id: 'goes',
    conversation_id: 'others',
    inviter_id: 'goes',
    text: 'goes',
    state: 'goes',
  },
  group_applications: {
    conversation_id: 'others',
    user_id: 'goes',
    inviter_id: 'emptied',
    text: 'emptied',
    state: 'none',
    handled_by: 'id',
    answer: 'emptied',
  },
  join_links: { token: 'none', conversation_id: 'others', creator_id: 'id' },
  members: {
    user_id: 'id',
    conversation_id: 'id',
    role: 'none',
    settings: 'emptied',
    hidden_seqs: 'emptied',
    // What admins call members stays in the log.
    name: 'emptied',
    inviter_id: 'id',
  },
  member_stints: { user_id: 'goes', conversation_id: 'goes' },
  hidden_entries: { user_id: 'goes', conversation_id: 'goes' },
  imported_senders: { user_id: 'goes', conversation_id: 'goes' },
  imported_sender_searches: 'none',
  large_members: { user_id: 'goes', conversation_id: 'goes' },
  large_leaves: { conversation_id: 'others', user_id: 'ages' },
  large_crossings: { conversation_id: 'others', filled_to: 'ages' },
  large_confirmations: { conversation_id: 'others', node_id: 'none', boot_id: 'none' },
  entries: {
    conversation_id: 'id',
    sender: 'id',
    client_msg_id: 'none',
    kind: 'none',
    content: 'others',
  },
  entry_edits: { conversation_id: 'id' },
  reactions: { conversation_id: 'goes', user_id: 'goes', emoji: 'goes' },
  pins: { conversation_id: 'id' },
  spent_message_ids: {
    conversation_id: 'ages',
    sender: 'ages',
    client_msg_id: 'ages',
    kind: 'none',
    content: 'ages',
  },
  dispatch: { dispatch_id: 'none', owner: 'none', payload: 'ages' },
  event_outbox: { conversation_id: 'ages' },
  app_event_heads: 'none',
  app_events: { conversation_id: 'ages' },
  webhooks: 'none',
  webhook_nodes: 'none',
  webhook_waits: {
    webhook_id: 'none',
    conversation_id: 'ages',
    last_error: 'none',
    event_id: 'ages',
  },
  webhook_dead_letters: {
    webhook_id: 'none',
    event_id: 'ages',
    conversation_id: 'ages',
    last_error: 'none',
  },
  log_epoch: 'none',
  schema_migrations: 'none',
} as const satisfies {
  readonly [T in keyof Tables]: 'none' | { readonly [C in Exclude<Texts<T>, 'app_id'>]: Erased };
};
