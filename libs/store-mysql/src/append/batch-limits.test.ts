import {
  MAX_DELETED_TARGETS,
  parseAppId,
  parseConversationId,
  type EntryChange,
} from '@queqiao/domain';
import { expect, it } from 'vitest';
import {
  APPEND_MAX_CONTENT_BYTES,
  APPEND_MAX_ITEMS,
  APPEND_MAX_MENTIONS,
  type AppendItem,
  type MemberFacts,
} from '../append-types.js';
import { findWanting } from '../event/event-outbox.js';
import { MIN_PACKET_BYTES } from '../durability.js';
import { findMembers, findStored, lockHeads } from './append-reads.js';
import { writeBatch } from './append-writes.js';
import { headsInOrder, keyedItem, memberKey, type KeyedItem } from './batch-keys.js';
import { checkBatch } from './batch-limits.js';
import { noChangeRows, targetKey, type ChangeRows, type Target } from './change-ledger.js';
import { changesOf, readChanges } from './change-reads.js';
import { numberBatch, type LockedHead } from './number-batch.js';

/** Numbers and ids as long as they can be. */
const N = Number.MAX_SAFE_INTEGER - 2_000;
const id = (n: number, letter: string) => String(n).padStart(64, letter);
const appId = parseAppId(id(0, 'a'));
const stint = { role: 'member', joinedSeq: 0, leftSeq: null } as const;
const member: MemberFacts = { ...stint, flags: 0, clearedSeq: 0, mutedUntilMs: 0 };
const head: LockedHead = {
  lastSeq: N,
  lastOrdinal: N,
  shownSeq: N,
  memberVersion: N,
  leaveVersion: N,
  mode: 'subscribed',
  flags: N,
  nowMs: N,
};

/** Of a conversation of its own. */
function item(n: number, bytes: number, more: Partial<AppendItem> = {}): AppendItem {
  return {
    appId,
    conversationId: parseConversationId(`d:${id(n, 'b')}:${id(n, 'c')}`),
    sender: { kind: 'user', id: id(n, 'b') },
    clientMsgId: id(n, 'm'),
    kind: 'mergedForward',
    content: new Uint8Array(bytes),
    countable: true,
    ...more,
  };
}

function changeRows(keyed: readonly KeyedItem[]): ChangeRows {
  const target = { kind: 'text', state: 'present', revision: 1, createdMs: 1 } as const;
  const targets = keyed.flatMap(({ head: key, item: { change, sender } }) =>
    (change?.targetSeqs ?? []).map(
      (seq) => [targetKey(key, seq), { ...target, seq, sender }] as [string, Target],
    ),
  );
  return { ...noChangeRows(), targets: new Map(targets) };
}

/** Bytes of the longer one of the two texts that a batch sends. */
function longestText(items: readonly AppendItem[]): number {
  const keyed = items.map(keyedItem);
  const users = (each: KeyedItem) => [each.item.sender.id, ...each.mentioned];
  const batch = numberBatch(
    keyed,
    {
      heads: new Map(keyed.map((each) => [each.head, head])),
      skipped: new Set(),
      stored: new Map(),
      members: new Map(
        keyed.flatMap((each) => users(each).map((user) => [memberKey(each.head, user), member])),
      ),
      changes: changeRows(keyed),
    },
    () => null,
  );
  const ranges = batch.heads.map(({ committed }) => {
    const { conversationId, firstSeq: fromSeq, lastSeq: toSeq } = committed;
    return { appId, conversationId, fromSeq, toSeq };
  });
  const line = { dispatchId: id(1, 'i'), owner: id(1, 'o'), dueMs: N };
  const outbox = ranges.map(({ fromSeq: firstSeq, toSeq: lastSeq, ...key }) => {
    return { ...key, firstSeq, lastSeq, createdMs: N };
  });
  const write = writeBatch(batch, { ...line, payload: { ranges, states: [] } }, outbox);
  const reads = [lockHeads(headsInOrder(keyed), true), findStored(keyed), findMembers(keyed)];
  const others = [...reads, ...readChanges(changesOf(keyed)).statements];
  const wanting = findWanting(keyed.map(({ item: { appId: of } }) => of));
  const read = [...others, wanting].join(';');
  return Math.max(Buffer.byteLength(read), Buffer.byteLength(write));
}

/** As many of these items as the limits take. */
function full(make: (n: number) => AppendItem): AppendItem[] {
  const items: AppendItem[] = [];
  for (;;) {
    const more = [...items, make(items.length)];
    try {
      checkBatch(more);
    } catch {
      return items;
    }
    items.push(make(items.length));
  }
}

const each = Math.floor(APPEND_MAX_CONTENT_BYTES / APPEND_MAX_ITEMS);
const long = APPEND_MAX_CONTENT_BYTES / 8;
const names = Array.from({ length: APPEND_MAX_MENTIONS }, (_, n) => id(n, 'u'));
const edit = (bytes: number): EntryChange => ({
  kind: 'edit',
  targetSeqs: [N],
  windowMs: 1,
  contentKind: 'text',
  content: new Uint8Array(bytes),
  entryContent: () => new Uint8Array(bytes),
  isOfTarget: () => true,
});
const deletion = (count: number): EntryChange => ({
  kind: 'delete',
  targetSeqs: Array.from({ length: count }, (_, n) => N - count + n),
});

const shapes: Record<string, (n: number) => AppendItem> = {
  messages: (n) => item(n, each),
  'messages of which one names many': (n) =>
    item(n, each, n === 0 ? { mentions: { all: true, userIds: names } } : {}),
  edits: (n) => item(n, each / 2, { change: edit(each / 2) }),
  'a few long messages': (n) => item(n, APPEND_MAX_CONTENT_BYTES / 4),
  'a few long edits': (n) => item(n, long, { change: edit(long) }),
  recalls: (n) => item(n, 50, { change: deletion(1) }),
  'deletions of many': (n) => item(n, 500, { change: deletion(MAX_DELETED_TARGETS) }),
};

it('a batch stays below a quarter of the packet, whatever it is made of', () => {
  const tooLong = Object.entries(shapes).flatMap(([name, make]) => {
    const bytes = longestText(full(make));
    return bytes < MIN_PACKET_BYTES / 4 ? [] : [`${name}: ${bytes}`];
  });
  expect(tooLong).toEqual([]);
});
