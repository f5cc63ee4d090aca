import { GroupRole, GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { encodePage } from '../../src/usecase/paging.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;
const others = Array.from({ length: 12 }, (_, index) => `u${String(index).padStart(2, '0')}`);

beforeAll(async () => {
  rig = await GroupRig.start({ maxGroupAdmins: 2 }, 'ann', 'bob', 'carl', 'dora', 'eve', ...others);
});
afterAll(() => rig.stop());

describe('members', () => {
  it('are listed in pages, by role, by name, id and nickname, for members only', async () => {
    const groupId = await rig.group(['ann', ...others]);
    const ann = await rig.as('ann');
    await ann(Groups, 'setRole', {
      ...ids(groupId),
      userIds: ['u03', 'u05'],
      role: GroupRole.ADMIN,
    });
    await ann(Groups, 'renameMember', { ...ids(groupId), userId: 'u07', name: 'Zoë: the ü' });
    await rig.api
      .backEnd(`Bearer ${rig.app.credential}`)
      .upsertUsers([{ userId: 'u09', nickname: 'zora' }]);
    const list = async (more: object, limit = 2) => {
      const found: string[] = [];
      for (let pageToken = ''; ;) {
        const request = { groupId, pageToken, limit, ...more };
        const page = await ann(Groups, 'listMembers', request);
        found.push(...page.members.map(({ userId }) => userId));
        pageToken = page.nextPageToken;
        if (pageToken === '') return found;
      }
    };
    expect(await list({})).toEqual(['ann', ...others]);
    expect(await list({ role: GroupRole.ADMIN })).toEqual(['u03', 'u05']);
    expect(await list({ query: 'ZO' }, 1)).toEqual(['u07', 'u09']);
    expect(await list({ query: 'u0', role: GroupRole.ADMIN })).toEqual(['u03', 'u05']);
    const one = await ann(Groups, 'getMembers', { groupId, userIds: ['u07', 'eve', 'ann'] });
    expect(one.members.map(({ userId, name, role }) => `${userId} ${name} ${role}`).sort()).toEqual(
      [`ann  ${GroupRole.OWNER}`, `u07 Zoë: the ü ${GroupRole.MEMBER}`],
    );
    const eve = await rig.as('eve');
    for (const ask of [
      () => eve(Groups, 'listMembers', { groupId }),
      () => eve(Groups, 'getMembers', { groupId, userIds: ['ann'] }),
    ]) {
      expect(await failureOf(ask())).toEqual({ code: 'NOT_FOUND', field: 'group_id' });
    }
    for (const [more, field] of [
      [{ query: 'x'.repeat(101) }, 'query'],
      [{ pageToken: 'nonsense' }, 'page_token'],
      [{ pageToken: encodePage(['id', 'ä', '']) }, 'page_token'],
      [{ pageToken: encodePage(['age', 'bob', '']) }, 'page_token'],
      [{ limit: -1 }, 'limit'],
    ] as const) {
      const failure = await failureOf(ann(Groups, 'listMembers', { groupId, ...more }));
      expect(failure).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
  });

  it('become admins and ordinary members again, as many as the app allows', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl', 'dora']);
    const ann = await rig.as('ann');
    const set = (userIds: string[], role: GroupRole) =>
      ann(Groups, 'setRole', { ...ids(groupId), userIds, role });
    await set(['bob', 'carl'], GroupRole.ADMIN);
    await set(['bob', 'carl'], GroupRole.ADMIN);
    const over = failureOf(set(['dora'], GroupRole.ADMIN));
    expect(await over).toEqual({ code: 'LIMIT_EXCEEDED', field: 'maxGroupAdmins' });
    await set(['carl', 'dora'], GroupRole.MEMBER);
    await set(['carl', 'bob'], GroupRole.ADMIN);
    expect(await rig.said(`g:${groupId}`, 'dora', 'roleChanged')).toEqual([
      { userIds: ['bob', 'carl'], role: GroupRole.ADMIN },
      { userIds: ['carl'], role: GroupRole.MEMBER },
      { userIds: ['carl'], role: GroupRole.ADMIN },
    ]);
    await rig.mustBeSound(groupId);
    for (const [userIds, role, code, field] of [
      [['eve'], GroupRole.ADMIN, 'NOT_FOUND', 'user_ids'],
      [['ann'], GroupRole.MEMBER, 'PERMISSION_DENIED', 'user_ids'],
      [['bob'], GroupRole.OWNER, 'INVALID_ARGUMENT', 'role'],
      [['bob'], GroupRole.UNSPECIFIED, 'INVALID_ARGUMENT', 'role'],
      [[], GroupRole.ADMIN, 'INVALID_ARGUMENT', 'user_ids'],
    ] as const) {
      expect(await failureOf(set([...userIds], role))).toEqual({ code, field });
    }
    const bob = await rig.as('bob');
    const byAdmin = bob(Groups, 'setRole', { ...ids(groupId), userIds: ['dora'], role: 2 });
    expect((await failureOf(byAdmin)).code).toBe('PERMISSION_DENIED');
    await rig.call('carl', 'leaveGroup', ids(groupId));
    await ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['carl'] });
    expect((await rig.see(groupId, 'carl'))?.self?.role).toBe(GroupRole.MEMBER);
    await rig.mustBeSound(groupId);
  });

  it('take the group over, and may speak then', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl']);
    const ann = await rig.as('ann');
    await ann(Groups, 'setRole', { ...ids(groupId), userIds: ['bob'], role: GroupRole.ADMIN });
    await ann(Groups, 'muteMembers', { ...ids(groupId), userIds: ['bob'], untilMs: 9e15 });
    const speak = async (who: string) =>
      (await rig.api.signedIn(rig.app, who)).send(`g:${groupId}`, newId());
    expect((await failureOf(speak('bob'))).code).toBe('MUTED');
    const transfer = (who: string) =>
      rig.call(who, 'transferOwnership', { ...ids(groupId), userId: 'bob' });
    expect((await failureOf(transfer('carl'))).code).toBe('PERMISSION_DENIED');
    await transfer('ann');
    await speak('bob');
    expect(await rig.said(`g:${groupId}`, 'carl', 'ownerChanged')).toEqual([
      { ownerId: 'bob', previousOwnerId: 'ann' },
    ]);
    const roles = (await rig.members(groupId, 'carl')).map(({ userId, role }) => [userId, role]);
    expect(roles).toEqual([
      ['ann', GroupRole.MEMBER],
      ['bob', GroupRole.OWNER],
      ['carl', GroupRole.MEMBER],
    ]);
    await rig.mustBeSound(groupId);
    expect((await failureOf(transfer('ann'))).code).toBe('PERMISSION_DENIED');
    const bob = await rig.as('bob');
    const away = bob(Groups, 'transferOwnership', { ...ids(groupId), userId: 'eve' });
    expect(await failureOf(away)).toEqual({ code: 'NOT_FOUND', field: 'user_id' });
    await ann(Groups, 'leaveGroup', ids(groupId));
  });

  it('are renamed by themselves and by those above', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl', 'dora']);
    const ann = await rig.as('ann');
    await ann(Groups, 'setRole', { ...ids(groupId), userIds: ['bob'], role: GroupRole.ADMIN });
    const rename = async (who: string, userId: string, name: string) =>
      rig.call(who, 'renameMember', { ...ids(groupId), userId, name });
    await rename('carl', 'carl', 'Captain');
    await rename('bob', 'dora', 'Cook');
    await rename('bob', 'dora', 'Cook');
    await rename('ann', 'bob', 'Mate');
    await rename('carl', 'carl', '');
    expect(await rig.said(`g:${groupId}`, 'ann', 'memberRenamed')).toEqual([
      { userId: 'carl', name: 'Captain' },
      { userId: 'dora', name: 'Cook' },
      { userId: 'bob', name: 'Mate' },
      { userId: 'carl', name: '' },
    ]);
    for (const [who, userId, code, field] of [
      ['carl', 'dora', 'PERMISSION_DENIED', ''],
      ['bob', 'ann', 'PERMISSION_DENIED', 'user_id'],
      ['ann', 'eve', 'NOT_FOUND', 'user_id'],
    ] as const) {
      expect(await failureOf(rename(who, userId, 'x'))).toEqual({ code, field });
    }
    const long = failureOf(rename('ann', 'ann', 'x'.repeat(101)));
    expect(await long).toEqual({ code: 'INVALID_ARGUMENT', field: 'name' });
  });

  it('are muted until a time by those above, also across leaving and coming back', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl', 'dora']);
    const ann = await rig.as('ann');
    await ann(Groups, 'setRole', { ...ids(groupId), userIds: ['bob'], role: GroupRole.ADMIN });
    const mute = async (who: string, userIds: string[], untilMs: number) =>
      rig.call(who, 'muteMembers', { ...ids(groupId), userIds, untilMs });
    const speaks = async (who: string) => {
      const device = await rig.api.signedIn(rig.app, who);
      return device.send(`g:${groupId}`, newId()).then(
        () => true,
        () => false,
      );
    };
    const later = Date.now() + 3_600_000;
    await mute('bob', ['carl', 'eve', 'dora'], later);
    await mute('bob', ['carl'], later);
    expect([await speaks('carl'), await speaks('bob')]).toEqual([false, true]);
    await rig.call('carl', 'leaveGroup', ids(groupId));
    await ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['carl'] });
    expect(await speaks('carl')).toBe(false);
    // A time that is over is none.
    await mute('bob', ['carl'], 5);
    expect(await speaks('carl')).toBe(true);
    expect(await rig.said(`g:${groupId}`, 'ann', 'membersMuted')).toEqual([
      { userIds: ['carl', 'dora'], untilMs: later },
      { userIds: ['carl'], untilMs: 0 },
    ]);
    for (const [who, target, code, field] of [
      ['bob', 'ann', 'PERMISSION_DENIED', 'user_ids'],
      ['bob', 'bob', 'PERMISSION_DENIED', 'user_ids'],
      ['carl', 'dora', 'PERMISSION_DENIED', ''],
    ] as const) {
      expect(await failureOf(mute(who, [target], later))).toEqual({ code, field });
    }
    expect(await failureOf(mute('ann', ['bob'], -1))).toMatchObject({ field: 'until_ms' });
  });
});
