import type { DispatchPayload } from '../append-types.js';
import { insertOutbox, type OutboxRow } from '../event/event-outbox.js';
import { storedState } from '../conversation/rows.js';
import type { KeyedItem } from './batch-keys.js';
import type { SpentId } from './change-ledger.js';
import { writeChanges } from './change-writes.js';
import type { MovedMember } from './moved-members.js';
import type { MovedHead, NewEntry, NumberedBatch } from './number-batch.js';
import { bytes, integer, json, text } from './sql-text.js';

export interface DispatchLine {
  readonly dispatchId: string;
  readonly owner: string;
  readonly dueMs: number;
  readonly payload: DispatchPayload;
}

/**
 * Everything that a batch changes, and COMMIT, as one text: the server stops at the first statement that fails, so COMMIT
 * is reached only when all of them worked. In the order in which locks are taken everywhere.
 */
export function writeBatch(
  batch: NumberedBatch,
  dispatch: DispatchLine,
  outbox: readonly OutboxRow[],
): string {
  const { strangers } = batch;
  const statements = [moveHeads(batch.heads)];
  if (batch.members.length > 0) statements.push(moveMembers(batch.members));
  statements.push(insertEntries(batch.entries), ...writeChanges(batch.changes));
  if (batch.spent.length > 0) statements.push(insertSpent(batch.spent));
  if (strangers.length > 0) statements.push(insertStrangers(strangers));
  statements.push(insertDispatch(dispatch));
  if (outbox.length > 0) statements.push(insertOutbox(outbox));
  statements.push('COMMIT');
  return statements.join(';');
}

/** Everything that a batch changes in which nothing was stored. */
export function writeSpent(spent: readonly SpentId[]): string {
  return `${insertSpent(spent)};COMMIT`;
}

/** The rows exist and are locked, so this only ever updates; the form is one statement for any number of heads. */
export function moveHeads(heads: readonly MovedHead[]): string {
  const rows = heads.map(({ committed, lastOrdinal, shownSeq, activeMs, mentionAllSeq }) => {
    const key = `${text(committed.appId)},${text(committed.conversationId)}`;
    const numbers = [committed.lastSeq, lastOrdinal, shownSeq, activeMs, mentionAllSeq];
    return `(${key},${numbers.map(integer).join(',')})`;
  });
  return (
    'INSERT INTO conversations (app_id, conversation_id, last_seq, last_ordinal, shown_seq, active_ms, mention_all_seq) ' +
    `VALUES ${rows.join(',')} ON DUPLICATE KEY UPDATE last_seq = VALUES(last_seq), ` +
    'last_ordinal = VALUES(last_ordinal), shown_seq = VALUES(shown_seq), active_ms = GREATEST(active_ms, VALUES(active_ms)), ' +
    'mention_all_seq = GREATEST(mention_all_seq, VALUES(mention_all_seq))'
  );
}

/** Member rows are never deleted and were read in this transaction, so this only ever updates too. */
export function moveMembers(members: readonly MovedMember[]): string {
  const rows = members.map((row) => {
    const key = [row.appId, row.userId, row.conversationId].map(text).join(',');
    const numbers = [row.readSeq, row.readOrdinal, row.mentionedSeq].map(integer).join(',');
    return `(${key},${numbers})`;
  });
  const greatest = ['read_seq', 'read_ordinal', 'mentioned_seq'].map(
    (column) => `${column} = GREATEST(${column}, VALUES(${column}))`,
  );
  return (
    'INSERT INTO members (app_id, user_id, conversation_id, read_seq, read_ordinal, mentioned_seq) ' +
    `VALUES ${rows.join(',')} ON DUPLICATE KEY UPDATE ${greatest.join(', ')}, rev = rev + 1`
  );
}

export function insertEntries(entries: readonly NewEntry[]): string {
  const rows = entries.map(
    ({ keyed: { item, sender }, seq, ordinal, createdMs, content, state }) => {
      const clientMsgId = item.clientMsgId === '' ? 'NULL' : text(item.clientMsgId);
      return (
        `(${text(item.appId)},${text(item.conversationId)},${integer(seq)},${integer(ordinal)},` +
        `${text(sender)},${clientMsgId},${text(item.kind)},${integer(storedState(state))},` +
        `${integer(createdMs)},${bytes(content)})`
      );
    },
  );
  return (
    'INSERT INTO entries (app_id, conversation_id, seq, ordinal, sender, client_msg_id, kind, state, created_ms, content) ' +
    `VALUES ${rows.join(',')}`
  );
}

function insertSpent(spent: readonly SpentId[]): string {
  const rows = spent.map(({ keyed: { item, sender }, createdMs }) => {
    const key = [item.appId, item.conversationId, sender, item.clientMsgId].map(text).join(',');
    return `(${key},${integer(createdMs)},${text(item.kind)},${bytes(item.content)})`;
  });
  return (
    'INSERT INTO spent_message_ids (app_id, conversation_id, sender, client_msg_id, created_ms, kind, content) ' +
    `VALUES ${rows.join(',')}`
  );
}

/** Of a batch that was imported: nobody else is let in. */
function insertStrangers(items: readonly KeyedItem[]): string {
  const rows = items.map(({ item, sender }) => {
    return `(${[item.appId, sender, item.conversationId].map(text).join(',')})`;
  });
  return `INSERT IGNORE INTO imported_senders (app_id, user_id, conversation_id) VALUES ${[...new Set(rows)].join(',')}`;
}

export function insertDispatch(line: DispatchLine): string {
  const { dispatchId, owner, dueMs, payload } = line;
  return (
    'INSERT INTO dispatch (dispatch_id, owner, due_ms, payload) VALUES ' +
    `(${text(dispatchId)},${text(owner)},${integer(dueMs)},${json(payload)})`
  );
}
