import { DomainError, parseConversationId, parseUserId } from '@queqiao/domain';
import { lockHead } from '@queqiao/testkit';
import { AmbiguousCommit, type Database } from '@queqiao/store-mysql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppendLog, CommittedBatch } from '../../src/append/index.js';
import { LogRig } from './log-rig.js';

let rig: LogRig;
let second: Database;

beforeAll(async () => {
  rig = await LogRig.start('alice', 'bob', 'carol');
  second = LogRig.open(rig.rootUrl);
});

afterAll(async () => {
  await second?.close();
  await rig?.stop();
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the writer on MariaDB', () => {
  it('numbers a burst without a gap, in the order of arrival, in few transactions', async () => {
    await rig.group('burst', 'alice', 'bob');
    const batches: CommittedBatch[] = [];
    const writer = rig.writer((batch) => batches.push(batch));
    const sends = numbers(1_000).map((index) =>
      writer.append(rig.send('g:burst', index % 2 ? 'alice' : 'bob', `m${index}`)),
    );
    const results = await Promise.all(sends);
    expect(results.map((result) => result.seq)).toEqual(numbers(1_000).map((index) => index + 2));
    expect(results.map((result) => result.ordinal)).toEqual(numbers(1_000).map((n) => n + 1));
    expect(batches.length).toBeLessThanOrEqual(10);
    expect(await rig.log('g:burst')).toEqual(['', ...numbers(1_000).map((index) => `m${index}`)]);
  });

  it('makes the heads of many direct chats at once', async () => {
    const writer = rig.writer();
    const pairs = ['d:alice:bob', 'd:alice:carol', 'd:bob:carol', 'd:alice:alice'];
    const results = await Promise.all(
      pairs.flatMap((pair) => {
        const from = pair.split(':')[1] ?? '';
        return [1, 2].map((index) =>
          writer.append(rig.send(pair, from, `${pair}-${index}`.replaceAll(':', '_'))),
        );
      }),
    );
    expect(results.map((result) => result.seq)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    const id = parseConversationId('d:alice:bob');
    const list = await rig.database.conversations.memberList(rig.appId, id);
    expect(list).toMatchObject({
      version: 1,
      members: [
        { userId: 'alice', joinedSeq: 0, leftSeq: null },
        { userId: 'bob', joinedSeq: 0, leftSeq: null },
      ],
    });
  });

  it('refuses strangers, absent users and absent groups alike', async () => {
    await rig.group('closed', 'alice');
    const writer = rig.writer();
    const codes = await Promise.all(
      [
        rig.send('g:closed', 'bob', 'a'),
        rig.send('g:nowhere', 'bob', 'b'),
        rig.send('d:bob:nobody', 'bob', 'c'),
        rig.send('d:alice:bob', 'carol', 'd'),
      ].map((request) => codeOf(writer.append(request))),
    );
    expect(codes).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
    expect(await rig.log('d:bob:nobody')).toEqual([]);
  });

  it('gives one seq to a message that two nodes get at the same moment', async () => {
    await rig.group('twice', 'alice', 'bob');
    const [here, there] = [
      rig.writer(),
      rig.writer(() => {}, { database: second, owner: 'logic-2' }),
    ];
    const ids = numbers(100).map((index) => `m${index}`);
    const both = await Promise.all(
      ids.map((id) =>
        Promise.all([here, there].map((writer) => writer.append(rig.send('g:twice', 'alice', id)))),
      ),
    );
    for (const [one, other] of both) expect(one?.seq).toBe(other?.seq);
    expect((await rig.log('g:twice')).slice(1).sort()).toEqual([...ids].sort());
  });

  it('keeps every order while two nodes write to the same conversations', async () => {
    const groups = ['x1', 'x2', 'x3'];
    for (const name of groups) await rig.group(name, 'alice', 'bob');
    const here = rig.writer(() => {}, { maxBatch: 16, maxMisses: 2 });
    const there = rig.writer(() => {}, { maxBatch: 16, database: second, owner: 'logic-2' });
    await Promise.all(
      numbers(300).flatMap((index) => {
        const conversation = `g:${groups[index % 3]}`;
        return [
          here.append(rig.send(conversation, 'alice', `a${index}`)),
          there.append(rig.send(conversation, 'bob', `b${index}`)),
        ];
      }),
    );
    for (const [place, name] of groups.entries()) {
      const log = (await rig.log(`g:${name}`)).slice(1);
      expect(log.length).toBe(200);
      for (const from of ['a', 'b']) {
        const own = log.filter((id) => id.startsWith(from));
        expect(own).toEqual(numbers(100).map((index) => `${from}${index * 3 + place}`));
      }
    }
  });

  it('serves the other conversations while one is locked for long', async () => {
    await rig.group('stuck', 'alice');
    await rig.group('free', 'alice');
    const writer = rig.writer();
    const lock = await lockHead(rig.rootUrl, rig.appId, 'g:stuck');
    const stuck = numbers(3).map((index) =>
      writer.append(rig.send('g:stuck', 'alice', `s${index}`)),
    );
    const free = await Promise.all(
      numbers(20).map((index) => writer.append(rig.send('g:free', 'alice', `f${index}`))),
    );
    expect(free.at(-1)?.seq).toBe(21);
    const late = writer.append(rig.send('g:stuck', 'alice', 's3'));
    await lock.release();
    await Promise.all([...stuck, late]);
    expect((await rig.log('g:stuck')).slice(1)).toEqual(['s0', 's1', 's2', 's3']);
  });

  it('answers from the table when a commit was carried out but not confirmed', async () => {
    await rig.group('doubt', 'alice', 'bob');
    const { append } = rig.database;
    let doubts = 2;
    const log: AppendLog = {
      commitBatch: async (items, options) => {
        const commit = await append.commitBatch(items, options);
        if (doubts-- > 0) throw new AmbiguousCommit('cut after COMMIT');
        return commit;
      },
    };
    const batches: CommittedBatch[] = [];
    const writer = rig.writer((batch) => batches.push(batch), { log, retryBaseMs: 1 });
    const results = await Promise.all(
      numbers(5).map((index) => writer.append(rig.send('g:doubt', 'alice', `m${index}`))),
    );
    expect(results.map((result) => result.seq)).toEqual([2, 3, 4, 5, 6]);
    expect(batches.flatMap((batch) => batch.stored.map((place) => place.seq))).toEqual([
      2, 3, 4, 5, 6,
    ]);
    expect((await rig.log('g:doubt')).length).toBe(6);
  });

  it('finds the one entry that the database refuses', async () => {
    await rig.group('poison', 'alice');
    const writer = rig.writer();
    const codes = await Promise.all(
      numbers(9).map((index) => {
        const send = rig.send('g:poison', 'alice', `m${index}`);
        return codeOf(writer.append(index === 5 ? { ...send, kind: 'k'.repeat(500) } : send));
      }),
    );
    expect(codes).toEqual(numbers(9).map((index) => (index === 5 ? 'INTERNAL' : 'resolved')));
    const expected = numbers(9).flatMap((index) => (index === 5 ? [] : [`m${index}`]));
    expect((await rig.log('g:poison')).slice(1)).toEqual(expected);
  });

  it('moves the cursor of an author, so that nobody has unread messages of one’s own', async () => {
    const writer = rig.writer();
    await writer.append(rig.send('d:bob:bob', 'bob', 'note'));
    const id = parseConversationId('d:bob:bob');
    const own = await rig.database.conversations.member(rig.appId, parseUserId('bob'), id);
    expect(own?.member).toMatchObject({ readSeq: 1, readOrdinal: 1 });
  });
});
