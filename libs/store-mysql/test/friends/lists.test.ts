import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/index.js';
import { befriend, block, FriendRig, HOUR, request, unfriend } from './friend-rig.js';
import { addUsers, app, note, StoreRig, unasked, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let friends: FriendRig;
let pair = 0;
let a = '';
let b = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  friends = new FriendRig(db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  pair += 1;
  [a, b] = [`a${pair}`, `b${pair}`];
  await addUsers(db, a, b);
});

const steps: FriendRig['steps'] = (...of) => friends.steps(...of);
const feed: FriendRig['feed'] = (...of) => friends.feed(...of);

describe('a request', () => {
  it('that waits is marked as seen, once and for all devices', async () => {
    await addUsers(db, `c${pair}`);
    await steps(a, b, request(a, b));
    await steps(`c${pair}`, b, request(`c${pair}`, b));
    const requestId = `mark-${pair}`;
    const actor = { kind: 'user', id: b } as const;
    const mark = () =>
      db.friends.markRequestsRead(
        { ...unasked, request: { actor, requestId, method: 'Mark' }, userId: user(b) },
        note('requestsRead'),
      );
    expect(await db.friends.unreadRequests(app, user(b))).toBe(2);
    const marks = await Promise.all([mark(), mark(), mark()]);
    expect(marks.map(({ answer }) => answer.unread)).toEqual([0, 0, 0]);
    expect(marks.filter(({ commit }) => commit !== null)).toHaveLength(1);
    expect((await feed(b)).map(({ kind }) => kind).at(-1)).toBe('requestsRead');
    await steps(a, b, request(a, b, { text: 'again' }));
    // A repeated call is the first one: it does not see what came after.
    await mark();
    expect(await db.friends.unreadRequests(app, user(b))).toBe(1);
  });

  it('is listed newest change first, page by page, and says when its time is over', async () => {
    const others = Array.from({ length: 5 }, (_, n) => `p${pair}-${n}`);
    await addUsers(db, ...others);
    for (const [n, other] of others.entries()) {
      const expiresMs = n === 0 ? Date.now() - 1 : Date.now() + HOUR;
      await steps(other, b, request(other, b, { updatedMs: 10 + Math.floor(n / 2), expiresMs }));
    }
    const seen: string[] = [];
    for (let before: { updatedMs: number; peerId: string } | null = null; ;) {
      const page = { direction: 'in', before, limit: 2 } as const;
      const rows = await db.friends.requests(app, user(b), page);
      seen.push(...rows.map(({ fromId, state }) => `${fromId} ${state}`));
      const last = rows.at(-1);
      if (last === undefined) break;
      before = { updatedMs: last.updatedMs, peerId: last.fromId };
    }
    expect(seen).toEqual(
      [4, 3, 2, 1, 0].map((n) => `p${pair}-${n} ${n === 0 ? 'expired' : 'pending'}`),
    );
    const out = await db.friends.requests(app, user(`p${pair}-1`), {
      direction: 'out',
      before: null,
      limit: 9,
    });
    expect(out).toMatchObject([{ toId: b, fromId: `p${pair}-1`, text: 'hello' }]);
  });
});

describe('a list of friends', () => {
  it('goes by id, without those who are none any more', async () => {
    const ids = ['e', 'd', 'c'].map((name) => `${name}${pair}`);
    await addUsers(db, ...ids);
    for (const id of [...ids, b]) await steps(a, id, befriend(a, id));
    await steps(a, b, unfriend(a, b));
    const page = (afterId: string) => db.friends.friends(app, user(a), { afterId, limit: 2 });
    const first = await page('');
    expect(first.map(({ friendId }) => friendId)).toEqual([`c${pair}`, `d${pair}`]);
    expect((await page(`d${pair}`)).map(({ friendId }) => friendId)).toEqual([`e${pair}`]);
    expect(
      await db.friends.friends(parseAppId('other'), user(a), { afterId: '', limit: 9 }),
    ).toEqual([]);
  });

  it('tells what changed since an entry of the feed, ends too', async () => {
    await addUsers(db, `c${pair}`);
    expect(await db.friends.feedSeq(app, user(a))).toBe(0);
    await steps(a, b, befriend(a, b));
    const since = await db.friends.feedSeq(app, user(a));
    expect(since).toBe(1);
    await steps(a, `c${pair}`, befriend(a, `c${pair}`));
    await steps(a, b, unfriend(a, b));
    const changed = await db.friends.changedFriends(app, user(a), {
      afterFeedSeq: since,
      limit: 9,
    });
    expect(changed.map(({ friend, active }) => [friend.friendId, active])).toEqual([
      [`c${pair}`, true],
      [b, false],
    ]);
  });

  it('is searched by remark, nickname and the beginning of ids, read literally', async () => {
    const ids = ['x1', 'x2', 'y3'].map((name) => `${name}-${pair}`);
    await addUsers(db, ...ids);
    await rig.rows("UPDATE users SET nickname = 'Ann %' WHERE user_id = ?", [ids[0] ?? '']);
    await steps(a, ids[0] ?? '', befriend(a, ids[0] ?? ''));
    await steps(a, ids[1] ?? '', befriend(a, ids[1] ?? '', 'my ANN'));
    await steps(a, ids[2] ?? '', befriend(a, ids[2] ?? ''));
    const search = async (text: string) =>
      (await db.friends.searchFriends(app, user(a), { text, limit: 9 })).map(
        ({ friendId }) => friendId,
      );
    expect(await search('ann')).toEqual([ids[0], ids[1]]);
    expect(await search('%')).toEqual([ids[0]]);
    expect(await search('x')).toEqual([ids[0], ids[1]]);
    expect(await search('3')).toEqual([]);
    expect(await search('渡')).toEqual([]);
    await steps(a, ids[0] ?? '', unfriend(a, ids[0] ?? ''));
    expect(await search('x')).toEqual([ids[1]]);
  });
});

describe('relations', () => {
  it('say of many users at once what they are to one', async () => {
    await addUsers(db, `c${pair}`, `d${pair}`);
    await steps(a, b, befriend(a, b), befriend(b, a), block(true));
    await steps(`c${pair}`, a, block(true));
    await steps(a, `d${pair}`, befriend(a, `d${pair}`), unfriend(a, `d${pair}`));
    await rig.rows('UPDATE users SET settings = ? WHERE user_id = ?', ['{"invite":"ask"}', b]);
    const others = [b, `c${pair}`, `d${pair}`, 'nobody', b].map(user);
    const between = await db.relations.between(app, user(a), others);
    expect(Object.fromEntries(between)).toEqual({
      [b]: { friends: true, blocks: true, blocked: false, settings: { invite: 'ask' } },
      [`c${pair}`]: { friends: false, blocks: false, blocked: true, settings: {} },
      [`d${pair}`]: { friends: false, blocks: false, blocked: false, settings: {} },
    });
    expect(await db.relations.between(app, user(a), [])).toEqual(new Map());
    expect(await db.relations.between(parseAppId('other'), user(a), others)).toEqual(new Map());
    const many = Array.from({ length: 501 }, (_, n) => user(`m${n}`));
    await expect(db.relations.between(app, user(a), many)).rejects.toThrow('RELATIONS_MAX_USERS');
  });
});
