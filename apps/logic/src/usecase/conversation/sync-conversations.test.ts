import { createHash } from 'node:crypto';
import type { ConversationId } from '@queqiao/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FakeConversations,
  membership,
  userContext,
} from '../../../test/fakes/fake-conversations.js';
import type { Membership } from './ports.js';
import { SYNC_MAX_BYTES } from './listed-conversations.js';
import { SyncConversations, type SyncAnswer } from './sync-conversations.js';
import { conversationHash, decodeCursor, encodeCursor, OWNER_HASH } from './sync-cursor.js';

const context = userContext('alice');
const none = new Uint8Array();

function rig(rows: Membership[], epoch = 1) {
  const log = new FakeConversations();
  log.rows = rows;
  const state = { epoch };
  const sync = new SyncConversations({
    log,
    epoch: { logEpoch: () => Promise.resolve(state.epoch) },
  });
  const run = (cursor: Uint8Array = none, limit = 0) => sync.run(context, { cursor, limit });
  return { log, sync, run, state };
}

const ids = (answer: SyncAnswer) =>
  answer.conversations.map(({ membership: { member } }) => member.conversationId);

/** Two ids with one hash, by looking for them. */
function collidingIds(): [string, string] {
  const seen = new Map<number, string>();
  for (let n = 0; ; n += 1) {
    // Ids that differ in a few digits never collide by CRC, so they are spread out first.
    const id = `g:${createHash('sha256').update(String(n)).digest('hex').slice(0, 20)}`;
    const hash = conversationHash(id as ConversationId);
    const other = seen.get(hash);
    if (other !== undefined) return [other, id];
    seen.set(hash, id);
  }
}

describe('syncing', () => {
  it('answers everything once, most recent first, and then nothing', async () => {
    const { run } = rig([
      membership('g:old', { activeMs: 1 }),
      membership('g:new', { activeMs: 3 }),
      membership('g:mid', { activeMs: 2 }),
    ]);
    const first = await run();
    expect(ids(first)).toEqual(['g:new', 'g:mid', 'g:old']);
    expect(first).toMatchObject({ hasMore: false, logEpoch: 1 });
    const second = await run(first.cursor);
    expect(ids(second)).toEqual([]);
    expect(second.cursor).toEqual(first.cursor);
  });

  it('ends a page before its shown entries become too long, and goes on with the next', async () => {
    const rows = Array.from({ length: 7 }, (_, n) => membership(`g:${n}`, { activeMs: 10 - n }));
    const { log, run } = rig(rows);
    for (const [shownBytes, perPage] of [
      [SYNC_MAX_BYTES / 2, 2],
      [SYNC_MAX_BYTES * 2, 1],
    ] as const) {
      log.shownBytes = shownBytes;
      const answered: string[] = [];
      for (let cursor: Uint8Array = none, more = true; more;) {
        const answer = await run(cursor);
        expect(answer.conversations.length).toBeLessThanOrEqual(perPage);
        answered.push(...ids(answer));
        ({ cursor, hasMore: more } = answer);
      }
      expect(answered).toEqual(rows.map(({ member }) => member.conversationId));
    }
  });

  it('takes a cursor of the user alone, and one from before cursors named their user', async () => {
    const { log, sync, run } = rig([membership('g:a'), membership('g:b')]);
    const { cursor } = await run();
    const strange = sync.run(userContext('bob'), { cursor, limit: 0 });
    await expect(strange).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'cursor' });
    log.rows = [membership('g:a', { lastSeq: 2 }), membership('g:b')];
    const { logEpoch, delivered } = decodeCursor(cursor, 1);
    const nameless = new Map(delivered);
    expect(nameless.delete(OWNER_HASH)).toBe(true);
    const answer = await run(encodeCursor({ logEpoch, delivered: nameless }));
    expect(ids(answer)).toEqual(['g:a']);
    expect(decodeCursor(answer.cursor, 1).delivered.get(OWNER_HASH)).toBe(
      delivered.get(OWNER_HASH),
    );
  });

  it('answers what changed: by an entry or by the own row', async () => {
    const { log, run } = rig([membership('g:a'), membership('g:b'), membership('g:c')]);
    const { cursor } = await run();
    log.rows = [
      membership('g:a', { lastSeq: 2 }),
      membership('g:b', { rev: 1 }),
      membership('g:c'),
    ];
    expect(ids(await run(cursor)).sort()).toEqual(['g:a', 'g:b']);
  });

  it('pages until all were given, each exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (count, limit) => {
          const { run } = rig(
            Array.from({ length: count }, (_, n) => membership(`g:${n}`, { activeMs: n % 7 })),
          );
          const seen: string[] = [];
          let answer = await run(none, limit);
          seen.push(...ids(answer));
          while (answer.hasMore) {
            answer = await run(answer.cursor, limit);
            expect(answer.conversations.length).toBeLessThanOrEqual(limit);
            seen.push(...ids(answer));
          }
          expect(seen).toHaveLength(count);
          expect(new Set(seen).size).toBe(count);
        },
      ),
    );
  });

  it('finds a conversation that changed again while it was paged', async () => {
    const { log, run } = rig([
      membership('g:a', { activeMs: 2 }),
      membership('g:b', { activeMs: 1 }),
    ]);
    const first = await run(none, 1);
    expect(ids(first)).toEqual(['g:a']);
    log.rows = [membership('g:a', { activeMs: 3, lastSeq: 2 }), membership('g:b', { activeMs: 1 })];
    const second = await run(first.cursor, 1);
    expect(ids(second)).toEqual(['g:a']);
    expect(ids(await run(second.cursor, 1))).toEqual(['g:b']);
  });

  it('answers conversations whose hashes collide every time, beyond the limit', async () => {
    const [one, other] = collidingIds();
    const { run } = rig([
      membership(one, { activeMs: 5 }),
      membership(other, { activeMs: 4 }),
      membership('g:plain', { activeMs: 3 }),
    ]);
    const first = await run(none, 1);
    expect(ids(first)).toEqual([one, other, 'g:plain']);
    expect(first.hasMore).toBe(false);
    expect(ids(await run(first.cursor, 1))).toEqual([one, other]);
  });

  it('begins anew in another epoch', async () => {
    const { run, state } = rig([membership('g:a')]);
    const { cursor } = await run();
    state.epoch = 2;
    const answer = await run(cursor);
    expect(ids(answer)).toEqual(['g:a']);
    expect(answer.logEpoch).toBe(2);
  });

  it('shows the newest entry only to those who may see it', async () => {
    const { log, run } = rig([
      membership('g:member', { lastSeq: 9 }),
      membership('g:joined', { lastSeq: 9, joinedSeq: 9 }),
      membership('g:left', { lastSeq: 4, shownSeq: 5, leftSeq: 4 }),
    ]);
    const answer = await run();
    // The names of groups are wanted in any case.
    expect(log.asked).toEqual([
      { conversationId: 'g:joined', seq: 0 },
      { conversationId: 'g:left', seq: 0 },
      { conversationId: 'g:member', seq: 9 },
    ]);
    const shown = new Map(
      answer.conversations.map(({ membership: { member }, shown: line }) => [
        member.conversationId,
        line,
      ]),
    );
    expect(shown.get('g:joined' as ConversationId)).toBeNull();
    expect(shown.get('g:left' as ConversationId)).toBeNull();
    expect(shown.get('g:member' as ConversationId)).toMatchObject({ seq: 9 });
  });

  it('adds up what is unread, in muted conversations apart', async () => {
    const { run } = rig([
      membership('g:a', { lastOrdinal: 5, readOrdinal: 2 }),
      membership('g:b', { lastOrdinal: 9, readOrdinal: 2, settings: { muted: true } }),
      membership('g:c', { lastOrdinal: 4 }),
    ]);
    const { cursor, ...first } = await run();
    expect(first).toMatchObject({ totalUnread: 7, totalUnreadMuted: 7 });
    // Of all conversations, not only of those that changed.
    expect(await run(cursor)).toMatchObject({ totalUnread: 7, totalUnreadMuted: 7 });
  });

  it('leaves out a chat in which nothing was ever said, until something is', async () => {
    const { log, run } = rig([membership('d:alice:bob', { lastSeq: 0 })]);
    const before = await run();
    expect(ids(before)).toEqual([]);
    log.rows = [membership('d:alice:bob', { lastSeq: 1 })];
    expect(ids(await run(before.cursor))).toEqual(['d:alice:bob']);
  });

  it('refuses limits out of range and cursors of others', async () => {
    const { run } = rig([]);
    for (const limit of [-1, 201]) {
      await expect(run(none, limit)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: 'limit',
      });
    }
    await expect(run(Uint8Array.from([9]))).rejects.toMatchObject({ field: 'cursor' });
  });
});
