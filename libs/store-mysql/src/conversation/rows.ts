import {
  parseSenderKey,
  visibleLastSeq,
  type ConversationId,
  type EntryState,
  type MemberSettings,
  type UserId,
} from '@queqiao/domain';
import type { ConversationMode, MemberRole } from '../append-types.js';
import type { EntryRecord, Membership } from '../conversation-types.js';

/** As numbers in the table, from 0. */
const ENTRY_STATES = ['present', 'recalled', 'deleted'] as const satisfies readonly EntryState[];

export function entryState(stored: number): EntryState {
  return ENTRY_STATES[stored] ?? 'deleted';
}

export function storedState(state: EntryState): number {
  return ENTRY_STATES.indexOf(state);
}

export interface EntryRow {
  conversation_id: ConversationId;
  seq: number;
  ordinal: number;
  sender: string;
  client_msg_id: string | null;
  kind: string;
  revision: number;
  state: number;
  created_ms: number;
  content: Buffer;
}

export function toEntry(row: EntryRow): EntryRecord {
  return {
    conversationId: row.conversation_id,
    seq: row.seq,
    ordinal: row.ordinal,
    sender: parseSenderKey(row.sender),
    clientMsgId: row.client_msg_id ?? '',
    kind: row.kind,
    revision: row.revision,
    state: entryState(row.state),
    createdMs: row.created_ms,
    content: row.content,
  };
}

/** Columns of an entry, for statements where entries go by the name e. */
export const ENTRY_COLUMNS =
  'e.conversation_id, e.seq, e.ordinal, e.sender, e.client_msg_id, e.kind, e.revision, e.state, e.created_ms, e.content';

export interface MembershipRow {
  conversation_id: ConversationId;
  user_id: UserId;
  role: MemberRole;
  joined_seq: number;
  left_seq: number | null;
  left_ordinal: number | null;
  read_seq: number;
  read_ordinal: number;
  peer_read_seq: number;
  peer_delivered_seq: number;
  cleared_seq: number;
  mentioned_seq: number;
  settings: MemberSettings | null;
  hidden_seqs: number[] | null;
  flags: number;
  muted_until_ms: number;
  rev: number;
  last_seq: number;
  last_ordinal: number;
  shown_seq: number;
  active_ms: number;
  member_version: number;
  mode: ConversationMode;
  mention_all_seq: number;
  head_flags: number;
  leave_version: number;
}

/** Columns of a membership, for statements where members go by the name m and conversations by c. */
export const MEMBERSHIP_COLUMNS =
  'm.conversation_id, m.user_id, m.role, m.joined_seq, m.left_seq, m.left_ordinal, m.read_seq, m.read_ordinal, ' +
  'm.peer_read_seq, m.peer_delivered_seq, m.cleared_seq, m.mentioned_seq, m.settings, m.hidden_seqs, m.flags, m.muted_until_ms, m.rev, ' +
  'c.last_seq, c.last_ordinal, c.shown_seq, c.active_ms, c.member_version, c.mode, c.mention_all_seq, c.flags AS head_flags, c.leave_version';

export function toMembership(row: MembershipRow): Membership {
  const stint = { joinedSeq: row.joined_seq, leftSeq: row.left_seq };
  const lastSeq = visibleLastSeq(stint, row.last_seq);
  const hiddenSeqs = row.hidden_seqs ?? [];
  return {
    member: {
      conversationId: row.conversation_id,
      userId: row.user_id,
      role: row.role,
      ...stint,
      readSeq: row.read_seq,
      readOrdinal: row.read_ordinal,
      clearedSeq: row.cleared_seq,
      peerReadSeq: row.peer_read_seq,
      peerDeliveredSeq: row.peer_delivered_seq,
      mentionedSeq: row.mentioned_seq,
      settings: row.settings ?? {},
      hiddenSeqs,
      flags: row.flags,
      mutedUntilMs: row.muted_until_ms,
      rev: row.rev,
    },
    headSeq: row.last_seq,
    lastSeq,
    lastOrdinal: row.left_seq === null ? row.last_ordinal : (row.left_ordinal ?? row.last_ordinal),
    shownSeq: shownSeqOf(row, lastSeq),
    activeMs: row.active_ms,
    memberVersion: row.member_version,
    mode: row.mode,
    headFlags: row.head_flags,
    leaveVersion: row.leave_version,
    mentionAllSeq: row.mention_all_seq,
    change: lastSeq + row.rev,
  };
}

/** What was said before the join, cleared or deleted for oneself is not shown. */
function shownSeqOf(row: MembershipRow, lastSeq: number): number {
  const seq = Math.min(row.shown_seq, lastSeq);
  const lower = Math.max(row.joined_seq, row.cleared_seq);
  return seq > lower && !row.hidden_seqs?.includes(seq) ? seq : 0;
}
