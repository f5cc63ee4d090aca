import { parseAppId, selfConversationId, type UserId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountPatch, Database, LogOutcome, UserAccount } from '../../src/index.js';
import { addUsers, app, note, StoreRig, unasked, upsert, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
});
afterAll(() => rig.stop());

let made = 0;
/** Changes one account by its own request; answers the account as it is then. */
function change(
  userId: UserId,
  patch: AccountPatch,
  requestId = `change-${(made += 1)}`,
): Promise<LogOutcome<UserAccount>> {
  const request = { actor: { kind: 'user', id: userId } as const, requestId, method: 'Test' };
  return db.users.change({ ...unasked, request, userId }, () => ({
    patch,
    entry: (account) => note('profileChanged', account),
    answer: (account) => account,
  }));
}

/** What a user's feed says, oldest first. */
async function feed(userId: string): Promise<UserAccount[]> {
  const range = { fromSeq: 1, toSeq: 100 };
  const entries = await db.conversations.entries(app, selfConversationId(user(userId)), range);
  return entries.map(({ content }) => JSON.parse(Buffer.from(content).toString()) as UserAccount);
}

const names = async (searcher: string, prefix: string, limit = 10) => {
  const search = { searcher: user(searcher), prefix, after: null, limit };
  return (await db.users.findByName(app, search)).users.map(({ profile }) => profile.userId);
};

describe('users', () => {
  it('are created and updated, and what is left out stays', async () => {
    const [a, b, c] = [user('a'), user('b'), user('c')];
    const first = [{ userId: a, nickname: 'A', avatarUrl: 'x', gender: 2 }, { userId: b }];
    expect(await upsert(db, ...first)).toEqual({ created: 2, updated: 0 });
    const second = [
      { userId: a, nickname: 'AA' },
      { userId: b, avatarUrl: 'y' },
      { userId: c, nickname: '渡', signature: 's', extra: '{}' },
      { userId: a, avatarUrl: '' },
    ];
    expect(await upsert(db, ...second)).toEqual({ created: 1, updated: 2 });
    const profiles = await db.users.profiles(app, [a, b, c, user('none')]);
    expect(profiles.sort((x, y) => (x.userId < y.userId ? -1 : 1))).toMatchObject([
      { userId: 'a', nickname: 'AA', avatarUrl: '', gender: 2, signature: '', extra: '' },
      { userId: 'b', nickname: '', avatarUrl: 'y', gender: 0 },
      { userId: 'c', nickname: '渡', avatarUrl: '', signature: 's', extra: '{}' },
    ]);
    expect(await db.users.existing(app, [a, user('A')])).toEqual(new Set(['a']));
    expect(await db.users.existing(parseAppId('other'), [a])).toEqual(new Set());
  });

  it('are told of upserts that change them, and only then', async () => {
    const userId = user('told');
    const before = await upsert(db, { userId, nickname: 'One' }, { userId: user('told-2') });
    expect(before).toEqual({ created: 2, updated: 0 });
    expect(await feed('told')).toEqual([]);
    await upsert(db, { userId, nickname: 'One' });
    expect(await feed('told')).toEqual([]);
    await upsert(db, { userId, nickname: 'Two' }, { userId: user('told-2') });
    expect(await feed('told')).toMatchObject([{ profile: { nickname: 'Two' } }]);
    expect(await feed('told-2')).toEqual([]);
  });

  it('get later times with every change, also within one millisecond', async () => {
    const userId = user('timed');
    await upsert(db, { userId, nickname: '0' });
    await upsert(db, { userId, nickname: '1' });
    for (let round = 2; round < 8; round += 1) await change(userId, { nickname: String(round) });
    const times = (await feed('timed')).map(({ profile }) => profile.updatedMs);
    expect(times).toHaveLength(7);
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
  });

  it('exist from their first sign-in on', async () => {
    const results = await Promise.all([1, 2, 3].map(() => db.users.ensure(app, user('new'))));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await db.users.ensure(app, user('new'))).toBe(false);
  });

  it('are created once by two upserts at the same moment, with what both set', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => user(`twice-${index}`));
    const answers = await Promise.all([
      upsert(db, ...ids.map((userId) => ({ userId, nickname: 'N' }))),
      upsert(db, ...[...ids].reverse().map((userId) => ({ userId, avatarUrl: 'a' }))),
    ]);
    expect(answers.reduce((sum, { created }) => sum + created, 0)).toBe(40);
    const profiles = await db.users.profiles(app, ids);
    expect(profiles.filter((one) => one.nickname === 'N' && one.avatarUrl === 'a').length).toBe(40);
  });

  it('come at most 500 at a time', async () => {
    const users = Array.from({ length: 501 }, (_, index) => ({ userId: user(`u${index}`) }));
    await expect(async () => upsert(db, ...users)).rejects.toThrow('UPSERT_MAX_USERS');
    expect(await upsert(db, ...users.slice(1))).toEqual({ created: 500, updated: 0 });
  });
});

describe('an account', () => {
  it('changes by its owner, told in the feed, and not at all when it is so already', async () => {
    await addUsers(db, 'own');
    const patch = { nickname: 'Own', settings: { invite: 'ask' } } as const;
    const { answer, commit } = await change(user('own'), patch);
    expect(answer).toMatchObject({ profile: { nickname: 'Own' }, settings: { invite: 'ask' } });
    expect(commit?.entries).toMatchObject([{ conversationId: 's:own', seq: 1, ordinal: 0 }]);
    expect(await db.users.account(app, user('own'))).toEqual(answer);
    expect((await change(user('own'), patch)).commit).toBeNull();
    expect(await feed('own')).toEqual([answer]);
  });

  it('is changed once by a request that is repeated, also at the same moment', async () => {
    await addUsers(db, 'rep');
    const once = (n: number) => change(user('rep'), { nickname: `n${n}` }, 'same');
    const answers = await Promise.all([1, 2, 3, 4].map(once));
    answers.push(await once(5));
    expect(new Set(answers.map(({ answer }) => answer.profile.nickname)).size).toBe(1);
    expect(await feed('rep')).toHaveLength(1);
  });

  it('is NOT_FOUND for who does not exist', async () => {
    await expect(change(user('nobody'), { nickname: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a handle', () => {
  const handleOf = async (id: string) => (await db.users.account(app, user(id)))?.handle;

  it('belongs to one user of an app, who may give it back', async () => {
    await addUsers(db, 'h1', 'h2');
    await change(user('h1'), { handle: '+4670' });
    const taken = change(user('h2'), { handle: '+4670' });
    await expect(taken).rejects.toMatchObject({ code: 'ALREADY_EXISTS', field: 'handle' });
    const line = { userId: user('h2'), nickname: 'X', handle: '+4670', field: 'users[0].' };
    await expect(upsert(db, line)).rejects.toMatchObject({ field: 'users[0].handle' });
    expect((await db.users.account(app, user('h2')))?.profile.nickname).toBe('');
    expect(await handleOf('h1')).toBe('+4670');
    await change(user('h1'), { handle: '' });
    await change(user('h2'), { handle: '+4670' });
    expect([await handleOf('h1'), await handleOf('h2')]).toEqual(['', '+4670']);
  });

  it('goes to exactly one of two who take it at the same moment', async () => {
    await addUsers(db, ...[0, 1, 2, 3].map((n) => `race-${n}`));
    const takes = [0, 1, 2, 3].map((n) => change(user(`race-${n}`), { handle: 'race@x' }));
    const results = await Promise.allSettled(takes);
    const lost = results.filter(({ status }) => status === 'rejected');
    expect(lost).toHaveLength(3);
    for (const one of lost) {
      expect((one as PromiseRejectedResult).reason).toMatchObject({ code: 'ALREADY_EXISTS' });
    }
  });

  it('is swapped by one upsert, and refused twice in one', async () => {
    await upsert(
      db,
      { userId: user('s1'), handle: 'first' },
      { userId: user('s2'), handle: 'second' },
    );
    await upsert(
      db,
      { userId: user('s1'), handle: 'second' },
      { userId: user('s2'), handle: 'first' },
    );
    expect([await handleOf('s1'), await handleOf('s2')]).toEqual(['second', 'first']);
    const twice = ['s3', 's4'].map((id, n) => ({
      userId: user(id),
      handle: 'third',
      field: `users[${n}].`,
    }));
    await expect(upsert(db, ...twice)).rejects.toMatchObject({ field: 'users[1].handle' });
    expect(await db.users.existing(app, [user('s3')])).toEqual(new Set());
  });
});

describe('a search', () => {
  it('finds by the beginning of the nickname, read literally, whatever case it is in', async () => {
    await upsert(
      db,
      { userId: user('n1'), nickname: 'Zoë 1' },
      { userId: user('n2'), nickname: 'zoe 2' },
      { userId: user('n3'), nickname: 'xzoe' },
      { userId: user('n4'), nickname: 'z%oe' },
      { userId: user('n5'), nickname: 'z\\_oe' },
    );
    expect(await names('a', 'ZOE')).toEqual(['n1', 'n2']);
    expect(await names('a', 'z%')).toEqual(['n4']);
    expect(await names('a', 'z\\_')).toEqual(['n5']);
    expect(await names('a', 'zoe 3')).toEqual([]);
  });

  it('goes page by page through namesakes, each once', async () => {
    const ids = Array.from({ length: 7 }, (_, n) => `same-${n}`);
    await upsert(db, ...ids.map((id) => ({ userId: user(id), nickname: 'Namesake' })));
    const seen: string[] = [];
    let after: { name: string; userId: string } | null = null;
    do {
      const search = { searcher: user('a'), prefix: 'name', after, limit: 3 };
      const page = await db.users.findByName(app, search);
      seen.push(...page.users.map(({ profile }) => profile.userId));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(ids);
  });

  it('keeps in step with nicknames and settings, however they change', async () => {
    const userId = user('shy');
    await upsert(db, { userId, nickname: 'Shy one' });
    expect(await names('a', 'shy')).toEqual(['shy']);
    await change(userId, { settings: { hideFromNicknameSearch: true } });
    expect(await names('a', 'shy')).toEqual([]);
    await upsert(db, { userId, nickname: 'Shy two' });
    expect(await names('a', 'shy')).toEqual([]);
    await change(userId, { settings: {} });
    expect(await names('a', 'shy')).toEqual(['shy']);
    await change(userId, { nickname: 'Bold' });
    expect([await names('a', 'shy'), await names('a', 'bold')]).toEqual([[], ['shy']]);
  });

  it('finds by the whole id or handle, where that is allowed', async () => {
    const exactly = async (query: string) =>
      (await db.users.findExactly(app, user('a'), query)).map(({ profile, by }) => [
        profile.userId,
        by,
      ]);
    await upsert(
      db,
      { userId: user('exact'), handle: 'me@x' },
      { userId: user('other'), handle: 'exact' },
    );
    expect(await exactly('exact')).toEqual([
      ['exact', 'id'],
      ['other', 'handle'],
    ]);
    expect(await exactly('me@x')).toEqual([['exact', 'handle']]);
    expect(await exactly('exac')).toEqual([]);
    expect(await exactly('Ünïcode 你好')).toEqual([]);
    await change(user('exact'), { settings: { hideFromIdSearch: true } });
    expect(await exactly('exact')).toEqual([['other', 'handle']]);
    await change(user('exact'), { settings: { hideFromHandleSearch: true } });
    expect(await exactly('me@x')).toEqual([]);
  });

  it('does not find who has blocked the searcher, nor anybody of another app', async () => {
    await upsert(db, { userId: user('blocker'), nickname: 'Blocker', handle: 'blk' });
    await rig.rows("INSERT INTO blocks VALUES ('demo', 'blocker', 'blocked', 1)");
    const found = async (who: string, query: string) => [
      ...(await names(who, query)),
      ...(await db.users.findExactly(app, user(who), query)).map(({ profile }) => profile.userId),
    ];
    expect(await found('blocked', 'blocker')).toEqual([]);
    expect(await found('blocked', 'blk')).toEqual([]);
    expect(await found('a', 'blocker')).toEqual(['blocker', 'blocker']);
    const elsewhere = await db.users.findExactly(parseAppId('other'), user('a'), 'blocker');
    expect(elsewhere).toEqual([]);
  });
});
