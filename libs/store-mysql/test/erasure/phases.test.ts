import { HEAD_FLAGS, parseGroupId, type ConversationId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERASURE_STEP_ROWS, type Database, type ErasureJob } from '../../src/index.js';
import { addUsers, anyTurn, app, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
const ann = user('ann');
const job: ErasureJob = {
  appId: app,
  userId: ann,
  keepMessages: false,
  phase: 'messages',
  doneTo: '',
};

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
});
afterAll(() => rig.stop());
beforeEach(async () => {
  for (const table of [
    'erasures',
    'users',
    'members',
    'imported_senders',
    'conversations',
    'entries',
    'entry_edits',
    'reactions',
    'likes',
  ]) {
    await rig.rows(`DELETE FROM ${table}`);
  }
});

const conversation = (id: string) => id as ConversationId;
const list = (count: number, row: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => row(n)).join();
const member = (userId: string, id: string, more = "role = 'member'") =>
  rig.rows(
    `INSERT INTO members SET app_id = '${app}', user_id = '${userId}', conversation_id = '${id}', ${more}`,
  );

/** Messages of a conversation, by their client ids, the later the smaller. */
async function said(id: string, sender: string, count: number, kind = 'text', first = 1) {
  const columns =
    'app_id, conversation_id, seq, ordinal, sender, client_msg_id, kind, created_ms, content';
  const place = (n: number) => String(count - n).padStart(4, '0');
  await rig.rows(
    `INSERT INTO entries (${columns}) VALUES ${list(count, (n) => `('${app}','${id}',${first + n},0,'${sender}','${kind}${place(n)}','${kind}',1,'x')`)}`,
  );
}
const full = async (id: string) =>
  (
    await rig.rows<{ seq: number }>(
      `SELECT seq FROM entries WHERE conversation_id = '${id}' AND (content <> '' OR state = 0) ORDER BY seq`,
    )
  ).map(({ seq }) => seq);

describe('the beginning', () => {
  const begin = (userId = ann, keepMessages = false) =>
    db.erasures.begin(app, { userId, keepMessages }, {});
  const profiles = () =>
    rig.rows(
      'SELECT user_id, nickname, avatar_url, gender, signature, extra, handle, settings, searchable_name FROM users ORDER BY user_id',
    );

  it('empties the profile, and tells nodes that the user is out', async () => {
    const told = { nickname: 'Ann', avatarUrl: 'x', gender: 2, signature: 's', extra: 'e' };
    for (const userId of [ann, user('bob')]) {
      await db.users.upsert(
        { appId: app, owner: 'n1', dispatchDelayMs: 1 },
        [{ userId, ...told, handle: `${userId}.h` }],
        () => {
          throw new Error('nobody is told');
        },
      );
    }
    await rig.rows(`UPDATE users SET settings = '{"a":1}'`);
    const before = await profiles();
    await rig.rows('DELETE FROM revocations');
    expect(await begin()).toMatchObject({ userId: ann, phase: 'messages', steps: 0, erasedMs: 0 });
    const nothing = { nickname: '', avatar_url: '', gender: 0, signature: '', extra: '' };
    const nobody = { handle: null, settings: null, searchable_name: null };
    expect(await profiles()).toEqual([{ user_id: 'ann', ...nothing, ...nobody }, before[1]]);
    const revoked = await rig.rows('SELECT user_id, device_id, token_id, banned FROM revocations');
    expect(revoked).toEqual([{ user_id: 'ann', device_id: '', token_id: '', banned: 1 }]);
  });

  it('is due at once, and stays as it was when it is asked for again', async () => {
    await addUsers(db, 'ann');
    const first = await begin(ann, true);
    expect(await db.erasures.claim('n1', anyTurn)).toEqual({ ...job, keepMessages: true });
    expect(await begin(ann, false)).toEqual(first);
    expect(await db.erasures.claim('n2', anyTurn)).toBeNull();
    expect(await begin(user('nobody'))).toBeNull();
    expect(await rig.rows('SELECT user_id FROM erasures')).toEqual([{ user_id: 'ann' }]);
  });
});

it('a claim that comes to nothing makes the next one wait longer, and a step makes up for it', async () => {
  await rig.rows(
    `INSERT INTO erasures (app_id, user_id, keep_messages, phase, requested_ms, due_ms) VALUES ('${app}','ann',0,'messages',1,1)`,
  );
  const waits: number[] = [];
  const claim = async () => {
    await rig.rows('UPDATE erasures SET due_ms = 1');
    await db.erasures.claim('n1', anyTurn);
    const [row] = await rig.rows<{ s: number }>(
      'SELECT ROUND((due_ms - UNIX_TIMESTAMP(SYSDATE(3)) * 1000) / 10000) AS s FROM erasures',
    );
    waits.push(Number(row?.s));
  };
  for (let n = 0; n < 8; n += 1) await claim();
  await db.erasures.save(job, 'n1', { isTurnOver: false });
  await claim();
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 1]);
});

it('the backlog is of those that are not finished, and as late as the first', async () => {
  expect(await db.erasures.backlog()).toEqual({ rows: 0, oldestDueMs: 0 });
  const now = 'ROUND(UNIX_TIMESTAMP(SYSDATE(3)) * 1000)';
  await rig.rows(
    `INSERT INTO erasures (app_id, user_id, keep_messages, phase, requested_ms, due_ms) VALUES
     ('a','done',0,'done',1,NULL), ('a','waits',0,'sweep',1,${now} + 600000), ('b','late',0,'messages',1,${now} - 60000)`,
  );
  const { rows, oldestDueMs } = await db.erasures.backlog();
  expect(rows).toBe(2);
  expect(Math.floor(oldestDueMs / 60_000)).toBe(1);
});

describe('messages', () => {
  it('are looked for wherever the user is or was, or was imported, each place once', async () => {
    for (const id of ['d:ann:bob', 'g:b', 'g:d']) await member('ann', id);
    await rig.rows(`UPDATE members SET left_seq = 3 WHERE conversation_id = 'g:b'`);
    for (const id of ['g:a', 'g:b', 'g:c', 'g:e']) {
      await rig.rows(`INSERT INTO imported_senders VALUES ('${app}','ann','${id}')`);
    }
    await member('bob', 'g:0');
    const places: (string | null)[] = [];
    for (let after: string | null = ''; after !== null; places.push(after)) {
      after = await db.erasures.nextConversation(job, after);
    }
    expect(places).toEqual(['d:ann:bob', 'g:a', 'g:b', 'g:c', 'g:d', 'g:e', null]);
  });

  it.each([
    [3, [2, 2]],
    [4, [2, 2, 0]],
    [0, [0]],
  ])('%i are found page by page, of the user and no others', async (count, sizes) => {
    if (count > 0) await said('g:a', 'ann', count);
    await said('g:a', 'bob', 2, 'text', 50);
    await said('g:a', 'ann', 1, 'edit', 60);
    await said('g:b', 'ann', 1);
    const [found, pages]: [number[], number[]] = [[], []];
    for (let after: string | null = ''; after !== null;) {
      const page: { seqs: readonly number[]; after: string | null } = await db.erasures.ownMessages(
        job,
        conversation('g:a'),
        { after, limit: 2 },
      );
      pages.push(page.seqs.length);
      found.push(...page.seqs);
      after = page.after;
    }
    expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
    expect(pages.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(pages.length).toBe(count === 3 ? 2 : sizes.length);
  });

  it('that were deleted are not found again', async () => {
    await said('g:a', 'ann', 3);
    await db.erasures.blankMessages(job, conversation('g:a'), [2]);
    const page = { after: '', limit: 9 };
    const { seqs } = await db.erasures.ownMessages(job, conversation('g:a'), page);
    expect([...seqs].sort((a, b) => a - b)).toEqual([1, 3]);
  });

  it('are emptied with what they were edited to, and nothing else is', async () => {
    await said('d:ann:ann', 'ann', 3);
    await said('d:ann:ann', 'ann', 3, 'edit', 4);
    await said('g:a', 'ann', 4);
    await rig.rows(
      `INSERT INTO entry_edits VALUES ('${app}','d:ann:ann',1,4), ('${app}','d:ann:ann',1,5), ('${app}','d:ann:ann',3,6), ('${app}','g:a',1,4)`,
    );
    await db.erasures.blankMessages(job, conversation('d:ann:ann'), [1, 2]);
    expect(await full('d:ann:ann')).toEqual([3, 6]);
    expect(await full('g:a')).toEqual([1, 2, 3, 4]);
    await db.erasures.blankMessages(job, conversation('d:ann:ann'), []);
    expect(await full('d:ann:ann')).toEqual([3, 6]);
  });

  it.each([
    [ERASURE_STEP_ROWS - 1, [false]],
    [ERASURE_STEP_ROWS, [true, false]],
    [ERASURE_STEP_ROWS + 1, [true, false]],
  ])('of the feed, %i of them, are emptied step by step', async (count, steps) => {
    await said('s:ann', 'system:', count);
    await said('s:bob', 'system:', 1);
    const found: boolean[] = [];
    do found.push(await db.erasures.blankFeed(job));
    while (found.at(-1) === true);
    expect(found).toEqual(steps);
    expect([await full('s:ann'), await full('s:bob')]).toEqual([[], [1]]);
  });
});

describe('a conversation is closed', () => {
  const flags = async () =>
    Object.fromEntries(
      (
        await rig.rows<{ id: string; flags: number }>(
          "SELECT CONCAT(user_id, ' ', conversation_id) AS id, flags FROM members WHERE flags <> 0 UNION ALL SELECT conversation_id, flags FROM conversations WHERE flags <> 0",
        )
      ).map((row) => [row.id, row.flags]),
    );

  beforeEach(async () => {
    const heads = ['d:ann:ann', 'd:ann:bob', 'd:bob:cy', 'g:a', 's:ann'];
    await rig.rows(
      `INSERT INTO conversations (app_id, conversation_id) VALUES ${heads.map((id) => `('${app}','${id}')`).join()}`,
    );
    for (const [userId, id] of [
      ['ann', 'd:ann:bob'],
      ['bob', 'd:ann:bob'],
      ['ann', 'd:ann:ann'],
      ['ann', 'g:a'],
      ['bob', 'g:a'],
    ] as const) {
      await member(userId, id);
    }
    const reacted = (by: string, id: string) => `('${app}','${id}',1,'${by}','x')`;
    const rows = [reacted('ann', 'g:a'), reacted('bob', 'g:a'), reacted('ann', 'd:ann:bob')];
    await rig.rows(`INSERT INTO reactions VALUES ${rows.join()}`);
  });

  it.each([
    ['d:ann:bob', { 'd:ann:bob': HEAD_FLAGS.closed, 'ann d:ann:bob': 2, 'bob d:ann:bob': 2 }],
    ['d:ann:ann', { 'd:ann:ann': HEAD_FLAGS.closed }],
    ['s:ann', { 's:ann': HEAD_FLAGS.closed }],
    ['g:a', {}],
  ])('%s to both, as far as there are two', async (id, closed) => {
    for (const again of [1, 2]) {
      await db.erasures.closeConversation(job, conversation(id));
      expect(await flags(), `time ${again}`).toEqual(closed);
    }
    const [row] = await rig.rows<{ rev: number }>(
      `SELECT MAX(rev) AS rev FROM members WHERE conversation_id = '${id}'`,
    );
    expect(row?.rev ?? 0).toBe(id === 'd:ann:bob' ? 1 : 0);
    const left = await rig.rows<{ what: string }>(
      "SELECT CONCAT(user_id, ' ', conversation_id) AS what FROM reactions ORDER BY 1",
    );
    const all = ['ann d:ann:bob', 'ann g:a', 'bob g:a'];
    expect(left.map(({ what }) => what)).toEqual(all.filter((what) => what !== `ann ${id}`));
  });
});

describe('groups', () => {
  const group = (id: string, flags = 0) =>
    rig.rows(
      `INSERT INTO conversations (app_id, conversation_id, flags, last_seq, last_ordinal) VALUES ('${app}','g:${id}',${flags},7,5)`,
    );

  it('are those that the user is in, by their ids', async () => {
    for (const id of ['a', 'b', 'c']) await group(id);
    await member('ann', 'd:ann:bob');
    await member('ann', 'g:a', 'left_seq = 3');
    await member('bob', 'g:b');
    await member('ann', 'g:c');
    const [groupId, rest] = [parseGroupId('c'), { isOwner: false, dissolved: false }];
    expect(await db.erasures.nextGroup(job)).toEqual({ groupId, ...rest, successorId: null });
    await rig.rows("UPDATE members SET left_seq = 4 WHERE user_id = 'ann'");
    expect(await db.erasures.nextGroup(job)).toBeNull();
  });

  it('go to the admin who joined first, else to the member who did', async () => {
    await group('a');
    await member('ann', 'g:a', "role = 'owner', joined_ms = 1");
    const successor = async () => (await db.erasures.nextGroup(job))?.successorId;
    expect(await successor()).toBeNull();
    const joined = [
      ['gone', "role = 'admin', joined_ms = 1, left_seq = 3", null],
      ['late', "role = 'member', joined_ms = 9", 'late'],
      ['early', "role = 'member', joined_ms = 2", 'early'],
      ['zoe', "role = 'member', joined_ms = 2", 'early'],
      ['chief', "role = 'admin', joined_ms = 8", 'chief'],
      ['first', "role = 'admin', joined_ms = 5", 'first'],
    ] as const;
    for (const [userId, more, next] of joined) {
      await member(userId, 'g:a', more);
      expect(await successor()).toBe(next);
    }
  });

  it('that have ended are left by nobody but the user', async () => {
    await group('a', HEAD_FLAGS.dissolved);
    await group('b');
    await member('ann', 'g:a', "role = 'owner'");
    await member('bob', 'g:a');
    await member('ann', 'g:b');
    const found = await db.erasures.nextGroup(job);
    expect(found).toMatchObject({ groupId: 'a', dissolved: true, isOwner: true });
    await db.erasures.leaveEnded(job, parseGroupId('a'));
    const rows = await rig.rows<{ what: string }>(
      "SELECT CONCAT(user_id, ' ', conversation_id, ' ', role, ' ', left_seq, ' ', left_ordinal, ' ', rev) AS what FROM members WHERE left_seq IS NOT NULL",
    );
    expect(rows.map(({ what }) => what)).toEqual(['ann g:a member 7 5 1']);
    expect(await db.erasures.nextGroup(job)).toMatchObject({ groupId: 'b' });
  });
});

it('rows go step by step, also more than a step removes', async () => {
  const likes = (userId: string, count: number) =>
    list(count, (n) => `('${app}','p${n}','${userId}',1)`);
  await rig.rows(
    `INSERT INTO likes VALUES ${likes('ann', ERASURE_STEP_ROWS + 1)}, ${likes('bob', 2)}`,
  );
  await member('ann', 'd:ann:bob', `name = 'x', settings = '{}'`);
  const steps: number[] = [];
  const left = async () =>
    Number((await rig.rows<{ n: number }>('SELECT COUNT(*) AS n FROM likes'))[0]?.n);
  while (await db.erasures.eraseRows(job)) steps.push(await left());
  expect(steps.slice(0, 2)).toEqual([3, 2]);
  expect(await left()).toBe(2);
  const named = await rig.rows("SELECT 1 FROM members WHERE name <> '' OR settings IS NOT NULL");
  expect(named).toEqual([]);
});

it('the end closes a feed that was made meanwhile, and takes user and ban away', async () => {
  await addUsers(db, 'ann', 'bob');
  await db.erasures.begin(app, { userId: ann, keepMessages: false }, {});
  for (const id of ['ann', 'bob']) {
    await rig.rows(
      `INSERT INTO bans (app_id, user_id, until_ms, reason, banned_ms) VALUES ('${app}','${id}',9,'',1)`,
    );
    await rig.rows(
      `INSERT INTO conversations (app_id, conversation_id) VALUES ('${app}','s:${id}')`,
    );
  }
  await db.erasures.eraseUser(job);
  for (const table of ['users', 'bans']) {
    expect(await rig.rows(`SELECT user_id FROM ${table}`)).toEqual([{ user_id: 'bob' }]);
  }
  const closed = await rig.rows('SELECT conversation_id FROM conversations WHERE flags <> 0');
  expect(closed).toEqual([{ conversation_id: 's:ann' }]);
  const { erasedMs } = (await db.erasures.erasure(app, ann)) ?? {};
  expect(erasedMs).toBeGreaterThan(0);
  await db.erasures.eraseUser(job);
  expect((await db.erasures.erasure(app, ann))?.erasedMs).toBe(erasedMs);
});
