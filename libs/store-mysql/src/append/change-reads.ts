import { parseSenderKey, type EntryChange } from '@queqiao/domain';
import { entryState } from '../conversation/rows.js';
import { headKey, messageKey, type KeyedItem } from './batch-keys.js';
import {
  noChangeRows,
  reactorKey,
  targetKey,
  type ChangeRows,
  type Target,
} from './change-ledger.js';
import { json } from './sql-text.js';

type Change = { readonly keyed: KeyedItem; readonly change: EntryChange };

/** The statements that a batch with changes needs beside the others, each with what takes its rows. */
export interface ChangeReads {
  readonly statements: readonly string[];
  /** `results` are those of the statements, in their order. */
  readonly read: (results: readonly unknown[]) => ChangeRows;
}

export function changesOf(items: readonly KeyedItem[]): Change[] {
  return items.flatMap((keyed) =>
    keyed.item.change === undefined ? [] : [{ keyed, change: keyed.item.change }],
  );
}

/** Nothing here locks: whoever changes these rows holds the head, which is locked by the statement before. */
export function readChanges(changes: readonly Change[]): ChangeReads {
  const statements: string[] = [];
  const takers: ((rows: ChangeRows, found: unknown) => void)[] = [];
  const targets = keysOf(changes, ({ keyed: { item }, change }) =>
    change.targetSeqs.map((seq) => [item.appId, item.conversationId, seq]),
  );
  if (targets.length > 0) {
    statements.push(findTargets(targets));
    takers.push(takeTargets);
  }
  const reactors = keysOf(changes, ({ keyed: { item }, change }) =>
    change.kind !== 'react'
      ? []
      : [[item.appId, item.conversationId, change.targetSeqs[0], item.sender.id]],
  );
  if (reactors.length > 0) {
    statements.push(findReactions(reactors));
    takers.push(takeReactions);
  }
  const pinned = keysOf(changes, ({ keyed: { item }, change }) =>
    change.kind === 'pin' ? [[item.appId, item.conversationId]] : [],
  );
  if (pinned.length > 0) {
    statements.push(findPins(pinned));
    takers.push(takePins);
  }
  const messages = keysOf(changes, ({ keyed: { message, item, sender } }) =>
    message === undefined ? [] : [[item.appId, item.conversationId, sender, item.clientMsgId]],
  );
  if (messages.length > 0) {
    statements.push(findSpent(messages));
    takers.push(takeSpent);
  }
  const read = (results: readonly unknown[]): ChangeRows => {
    const rows = noChangeRows();
    takers.forEach((take, index) => take(rows, results[index]));
    return rows;
  };
  return { statements, read };
}

type Key = readonly (string | number)[];

function keysOf(changes: readonly Change[], of: (change: Change) => Key[]): Key[] {
  const keys = new Map<string, Key>();
  for (const key of changes.flatMap(of)) keys.set(key.join('\n'), key);
  return [...keys.values()];
}

const ID = 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin';

function keyTable(keys: readonly Key[], columns: Readonly<Record<string, string>>): string {
  const names = Object.keys(columns);
  const list = names.map((name, index) => `${name} ${columns[name]} PATH '$[${index}]'`).join(', ');
  return `(SELECT ${names.join(', ')} FROM JSON_TABLE(${json(keys)}, '$[*]' COLUMNS (${list})) k) k`;
}

function findTargets(keys: readonly Key[]): string {
  const table = keyTable(keys, { app_id: ID, conversation_id: ID, seq: 'BIGINT' });
  return (
    'SELECT STRAIGHT_JOIN e.app_id, e.conversation_id, e.seq, e.sender, e.kind, e.state, e.revision, e.created_ms ' +
    `FROM ${table} JOIN entries e FORCE INDEX (PRIMARY) ON e.app_id = k.app_id ` +
    'AND e.conversation_id = k.conversation_id AND e.seq = k.seq'
  );
}

function findReactions(keys: readonly Key[]): string {
  const columns = { app_id: ID, conversation_id: ID, target_seq: 'BIGINT', user_id: ID };
  return (
    'SELECT STRAIGHT_JOIN r.app_id, r.conversation_id, r.target_seq, r.user_id, r.emoji ' +
    `FROM ${keyTable(keys, columns)} JOIN reactions r FORCE INDEX (PRIMARY) ON r.app_id = k.app_id ` +
    'AND r.conversation_id = k.conversation_id AND r.target_seq = k.target_seq AND r.user_id = k.user_id'
  );
}

function findPins(keys: readonly Key[]): string {
  const table = keyTable(keys, { app_id: ID, conversation_id: ID });
  return (
    'SELECT STRAIGHT_JOIN p.app_id, p.conversation_id, p.target_seq ' +
    `FROM ${table} JOIN pins p FORCE INDEX (PRIMARY) ON p.app_id = k.app_id ` +
    'AND p.conversation_id = k.conversation_id'
  );
}

function findSpent(keys: readonly Key[]): string {
  const columns = { app_id: ID, conversation_id: ID, sender: ID, client_msg_id: ID };
  return (
    'SELECT STRAIGHT_JOIN s.app_id, s.conversation_id, s.sender, s.client_msg_id, s.kind, s.content ' +
    `FROM ${keyTable(keys, columns)} JOIN spent_message_ids s FORCE INDEX (PRIMARY) ON s.app_id = k.app_id ` +
    'AND s.conversation_id = k.conversation_id AND s.sender = k.sender AND s.client_msg_id = k.client_msg_id'
  );
}

type TargetRow = [string, string, number, string, string, number, number, number];

function takeTargets(rows: ChangeRows, found: unknown): void {
  for (const row of found as TargetRow[]) {
    const [appId, conversationId, seq, sender, kind, state, revision, createdMs] = row;
    const target: Target = {
      seq,
      sender: parseSenderKey(sender),
      kind,
      state: entryState(state),
      revision,
      createdMs,
    };
    rows.targets.set(targetKey(headKey(appId, conversationId), seq), target);
  }
}

function takeReactions(rows: ChangeRows, found: unknown): void {
  for (const row of found as [string, string, number, string, Buffer][]) {
    const [appId, conversationId, seq, userId, emoji] = row;
    const key = reactorKey(headKey(appId, conversationId), seq, userId);
    rows.reactions.set(key, (rows.reactions.get(key) ?? new Set()).add(emoji.toString('utf8')));
  }
}

function takePins(rows: ChangeRows, found: unknown): void {
  for (const [appId, conversationId, seq] of found as [string, string, number][]) {
    const key = headKey(appId, conversationId);
    rows.pins.set(key, (rows.pins.get(key) ?? new Set()).add(seq));
  }
}

type SpentRow = [string, string, string, string, kind: string | null, content: Buffer | null];

function takeSpent(rows: ChangeRows, found: unknown): void {
  for (const [appId, conversationId, sender, id, kind, content] of found as SpentRow[]) {
    const used = kind === null || content === null ? null : { kind, content };
    rows.spent.set(messageKey(headKey(appId, conversationId), sender, id), used);
  }
}
