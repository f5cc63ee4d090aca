import type { Schema } from './schema.js';

/** How a column arrives: BIGINT and INT as number, BLOB and BINARY as Buffer, JSON parsed. */
export type ColumnKind = 'number' | 'string' | 'buffer' | 'json';

type Columns = {
  [Table in keyof Schema]: {
    [Column in keyof Schema[Table]]-?: null extends Schema[Table][Column]
      ? `${ColumnKind}?`
      : ColumnKind;
  };
};

/** Every column of every table at run time; a question mark stands for NULL. Missing one is a compile error. */
export const COLUMNS = {
  apps: {
    app_id: 'string',
    name: 'string',
    status: 'string',
    settings: 'json',
    created_ms: 'number',
  },
  app_keys: {
    app_id: 'string',
    kid: 'string',
    alg: 'string',
    material: 'buffer',
    created_ms: 'number',
    retired_ms: 'number?',
  },
  app_credentials: {
    app_id: 'string',
    credential_id: 'string',
    secret_hash: 'buffer',
    created_ms: 'number',
    revoked_ms: 'number?',
  },
  users: {
    app_id: 'string',
    user_id: 'string',
    nickname: 'string',
    avatar_url: 'string',
    created_ms: 'number',
    updated_ms: 'number',
    revoked_ms: 'number',
  },
  devices: {
    app_id: 'string',
    user_id: 'string',
    device_id: 'string',
    platform: 'string',
    brand: 'string',
    model: 'string',
    os_version: 'string',
    app_version: 'string',
    generation: 'number',
    created_ms: 'number',
    last_seen_ms: 'number',
    revoked_ms: 'number',
  },
  revocations: {
    revoked_ms: 'number',
    app_id: 'string',
    user_id: 'string',
    device_id: 'string',
  },
  conversations: {
    app_id: 'string',
    conversation_id: 'string',
    last_seq: 'number',
    last_ordinal: 'number',
    shown_seq: 'number',
    active_ms: 'number',
    member_version: 'number',
    leave_version: 'number',
    mode: 'string',
    mention_all_seq: 'number',
  },
  group_info: {
    app_id: 'string',
    conversation_id: 'string',
    name: 'string',
    creator_id: 'string',
    client_request_id: 'string',
    created_ms: 'number',
  },
  members: {
    app_id: 'string',
    user_id: 'string',
    conversation_id: 'string',
    role: 'string',
    joined_seq: 'number',
    left_seq: 'number?',
    left_ordinal: 'number?',
    read_seq: 'number',
    read_ordinal: 'number',
    peer_read_seq: 'number',
    flags: 'number',
    settings: 'json?',
    rev: 'number',
    delivered_seq: 'number',
    peer_delivered_seq: 'number',
    cleared_seq: 'number',
    mentioned_seq: 'number',
    hidden_seqs: 'json?',
  },
  member_stints: {
    app_id: 'string',
    user_id: 'string',
    conversation_id: 'string',
    joined_seq: 'number',
    left_seq: 'number',
  },
  hidden_entries: {
    app_id: 'string',
    user_id: 'string',
    conversation_id: 'string',
    seq: 'number',
  },
  entries: {
    app_id: 'string',
    conversation_id: 'string',
    seq: 'number',
    ordinal: 'number',
    sender: 'string',
    client_msg_id: 'string?',
    kind: 'string',
    revision: 'number',
    state: 'number',
    created_ms: 'number',
    content: 'buffer',
  },
  entry_edits: {
    app_id: 'string',
    conversation_id: 'string',
    target_seq: 'number',
    seq: 'number',
  },
  reactions: {
    app_id: 'string',
    conversation_id: 'string',
    target_seq: 'number',
    user_id: 'string',
    emoji: 'buffer',
  },
  pins: {
    app_id: 'string',
    conversation_id: 'string',
    target_seq: 'number',
    seq: 'number',
  },
  dispatch: {
    dispatch_id: 'string',
    owner: 'string',
    due_ms: 'number',
    attempts: 'number',
    payload: 'string',
  },
  log_epoch: { id: 'number', log_epoch: 'number' },
  schema_migrations: {
    number: 'number',
    name: 'string',
    checksum: 'string',
    applied_ms: 'number',
  },
} as const satisfies Columns;
