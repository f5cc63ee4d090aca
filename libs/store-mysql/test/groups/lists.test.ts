import { HEAD_FLAGS, parseGroupId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ApplicationRecord,
  Database,
  MemberPage,
  MemberQuery,
  OwnGroup,
  OwnGroupsQuery,
  GroupRequestPage,
} from '../../src/index.js';
import { app, makeGroup, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
});
afterAll(() => rig.stop());

const role = (group: string, who: string, name: string) =>
  rig.rows('UPDATE members SET role = ? WHERE conversation_id = ? AND user_id = ?', [
    name,
    `g:${group}`,
    who,
  ]);

describe('members of a group', () => {
  const ids = Array.from({ length: 25 }, (_, index) => `m${String(index).padStart(2, '0')}`);
  const groupId = parseGroupId('crew');

  beforeAll(async () => {
    await makeGroup(db, 'crew', ['olga', ...ids, 'gone']);
    await rig.rows("UPDATE members SET left_seq = 1 WHERE user_id = 'gone'");
    for (const who of ['m03', 'm07']) await role('crew', who, 'admin');
    const names: Record<string, string> = { m01: 'Ärger', m05: 'ann', m09: 'Ann', m11: '100%_x' };
    for (const [who, name] of Object.entries(names)) {
      await rig.rows('UPDATE members SET name = ? WHERE user_id = ?', [name, who]);
    }
    await rig.users({ m02: 'Anna', m05: 'Anna', m06: 'm-something' });
  });

  const query: MemberQuery = {
    appId: app,
    groupId,
    prefix: '',
    nicknames: true,
    after: null,
    limit: 200,
  };

  async function walk(more: Partial<MemberQuery>, limit: number): Promise<string[]> {
    const found: string[] = [];
    let after: MemberPage['next'] = null;
    for (let pages = 0; pages < 40; pages += 1) {
      const page: MemberPage = await db.groups.memberPage({ ...query, ...more, after, limit });
      expect(page.members.length).toBeLessThanOrEqual(limit);
      found.push(...page.members.map(({ userId }) => userId));
      if (page.next === null) return found;
      expect(page.members).toHaveLength(limit);
      after = page.next;
    }
    throw new Error('the walk has no end');
  }

  it.each([1, 7, 26, 200])('come by id, in pages of %i, and without who left', async (limit) => {
    expect(await walk({}, limit)).toEqual([...ids, 'olga']);
    expect(await walk({ role: 'admin' }, limit)).toEqual(['m03', 'm07']);
    expect(await walk({ role: 'owner' }, limit)).toEqual(['olga']);
    const ordinary = ids.filter((id) => id !== 'm03' && id !== 'm07');
    expect(await walk({ role: 'member' }, limit)).toEqual(ordinary);
  });

  it.each([1, 2, 200])(
    'are found by name, then id, then nickname, in pages of %i',
    async (limit) => {
      expect(await walk({ prefix: 'an' }, limit)).toEqual(['m05', 'm09', 'm02']);
      expect(await walk({ prefix: 'an', nicknames: false }, limit)).toEqual(['m05', 'm09']);
      const byId = ids.filter((id) => id.startsWith('m0'));
      expect(await walk({ prefix: 'm0' }, limit)).toEqual(byId);
      expect(await walk({ prefix: 'm' }, limit)).toEqual(ids);
      expect(await walk({ prefix: 'är' }, limit)).toEqual(['m01']);
      expect(await walk({ prefix: 'an', role: 'member' }, limit)).toEqual(['m05', 'm09', 'm02']);
      expect(await walk({ prefix: 'm0', role: 'admin' }, limit)).toEqual(['m03', 'm07']);
      expect(await walk({ prefix: 'none' }, limit)).toEqual([]);
    },
  );

  it('are found by what the words say, not by what they mean in a pattern', async () => {
    expect(await walk({ prefix: '100%_' }, 10)).toEqual(['m11']);
    for (const prefix of ['%', '_', '\\', "'"]) expect(await walk({ prefix }, 10)).toEqual([]);
  });

  it('carry what the group knows of them', async () => {
    const { members } = await db.groups.memberPage({ ...query, prefix: 'Ann' });
    expect(members[0]).toMatchObject({ role: 'member', inviterId: 'olga', leftSeq: null });
    expect(members[0]?.joinedMs).toBeGreaterThan(0);
  });
});

describe('groups of a user', () => {
  beforeAll(async () => {
    for (let n = 0; n < 9; n += 1) await makeGroup(db, `own${n}`, ['pat', 'mia']);
    for (const group of ['own2', 'own5']) await role(group, 'mia', 'admin');
    await rig.rows(
      "UPDATE members SET left_seq = 1 WHERE user_id = 'mia' AND conversation_id = 'g:own3'",
    );
    await rig.rows("UPDATE conversations SET flags = ? WHERE conversation_id = 'g:own4'", [
      HEAD_FLAGS.dissolved,
    ]);
    await db.conversations.ensureDirect([{ appId: app, conversationId: 's:mia' as never }]);
  });

  async function walk(more: Partial<OwnGroupsQuery>, limit: number): Promise<string[]> {
    const found: OwnGroup[] = [];
    for (let pages = 0; pages < 20; pages += 1) {
      const afterGroupId = found.at(-1)?.group.groupId ?? '';
      const query = { appId: app, userId: user('mia'), afterGroupId, limit, ...more };
      const page = await db.groups.ownGroups(query);
      found.push(...page);
      if (page.length < limit)
        return found.map(({ group, self }) => `${group.groupId} ${self.role}`);
    }
    throw new Error('the walk has no end');
  }

  it.each([1, 3, 200])('come by id, in pages of %i, without those left or ended', async (limit) => {
    const admin = new Set(['own2', 'own5']);
    const expected = ['own0', 'own1', 'own2', 'own5', 'own6', 'own7', 'own8'].map(
      (id) => `${id} ${admin.has(id) ? 'admin' : 'member'}`,
    );
    expect(await walk({}, limit)).toEqual(expected);
    expect(await walk({ role: 'admin' }, limit)).toEqual(['own2 admin', 'own5 admin']);
    expect(await walk({ role: 'owner' }, limit)).toEqual([]);
  });

  it('are looked up with the own row of each, former memberships too', async () => {
    const ids = ['own1', 'own3', 'nowhere'].map((id) => parseGroupId(id));
    const rows = await db.groups.membershipsIn(app, user('mia'), ids);
    expect([...rows].map(([id, { leftSeq }]) => [id, leftSeq])).toEqual([
      ['own1', null],
      ['own3', 1],
    ]);
  });
});

describe('applications', () => {
  const groups = ['a', 'b', 'c', 'd', 'ended'];
  const all: { group: string; who: string; ms: number }[] = [];

  beforeAll(async () => {
    for (const group of [...groups, 'foreign']) {
      await makeGroup(db, `app-${group}`, [group === 'foreign' ? 'zed' : 'gov', 'guest']);
    }
    await role('app-b', 'gov', 'admin');
    await rig.rows("UPDATE conversations SET flags = ? WHERE conversation_id = 'g:app-ended'", [
      HEAD_FLAGS.dissolved,
    ]);
    // Many at the same times, so that pages end among equals.
    for (const group of [...groups, 'foreign']) {
      for (let n = 0; n < 6; n += 1) all.push({ group, who: `w${n}`, ms: 100 + (n % 3) });
    }
    for (const { group, who, ms } of all) {
      await rig.rows(
        `INSERT INTO group_applications (app_id, conversation_id, user_id, state, created_ms, updated_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
        [app, `g:app-${group}`, who, who === 'w5' ? 'rejected' : 'pending', ms, ms],
      );
    }
  });

  async function walk(
    read: (page: GroupRequestPage) => Promise<ApplicationRecord[]>,
    limit: number,
  ) {
    const found: ApplicationRecord[] = [];
    for (let pages = 0; pages < 40; pages += 1) {
      const page = await read({ after: found.at(-1) ?? null, limit });
      found.push(...page);
      if (page.length < limit) {
        return found.map(({ groupId, userId, updatedMs }) => `${updatedMs} ${groupId} ${userId}`);
      }
    }
    throw new Error('the walk has no end');
  }
  const expected = (wanted: (each: (typeof all)[number]) => boolean) =>
    all
      .filter(wanted)
      .map(({ group, who, ms }) => `${ms} app-${group} ${who}`)
      .sort()
      .reverse();

  it.each([1, 2, 5, 24, 100])('come newest first and each once, in pages of %i', async (limit) => {
    const gov = user('gov');
    const governed = await walk((page) => db.groups.applicationsFor(app, gov, page), limit);
    expect(governed).toEqual(expected(({ group }) => group !== 'foreign' && group !== 'ended'));
    const one = parseGroupId('app-b');
    const toOne = await walk((page) => db.groups.applicationsTo(app, one, page), limit);
    expect(toOne).toEqual(expected(({ group }) => group === 'b'));
    const w1 = await walk((page) => db.groups.applicationsOf(app, user('w1'), page), limit);
    expect(w1).toEqual(expected(({ who }) => who === 'w1'));
    expect(
      await walk((page) => db.groups.applicationsFor(app, user('guest'), page), limit),
    ).toEqual([]);
  });

  it('are unread while they wait and came since they were marked', async () => {
    const gov = user('gov');
    await rig.users({ gov: '' });
    const unread = (group: string | null) =>
      db.groups.unreadApplications(app, gov, group === null ? null : parseGroupId(group));
    expect(await unread(null)).toBe(4 * 5);
    expect(await unread('app-b')).toBe(5);
    await rig.rows("UPDATE users SET applications_read_ms = 101 WHERE user_id = 'gov'");
    expect(await unread(null)).toBe(4 * 1);
    const request = { actor: { kind: 'user', id: 'gov' }, method: 'Mark' } as const;
    const mark = (requestId: string) =>
      db.groups.markApplicationsRead({
        appId: app,
        userId: gov,
        request: { ...request, requestId },
        owner: 'logic-1',
        dispatchDelayMs: 3_000,
        entry: {
          kind: 'requestsRead',
          content: Buffer.from('x'),
          sender: { kind: 'user', id: 'gov' },
          countable: false,
          shown: false,
        },
      });
    const first = await mark('r1');
    expect(first.commit?.entries).toMatchObject([{ conversationId: 's:gov', seq: 1, ordinal: 0 }]);
    expect(await unread(null)).toBe(0);
    expect((await mark('r2')).commit).toBeNull();
  });
});
