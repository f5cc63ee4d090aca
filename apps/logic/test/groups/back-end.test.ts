import { GroupRole, GroupVisibility } from '@queqiao/protocol/client';
import { GroupServiceDefinition as ServerGroups } from '@queqiao/protocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;

beforeAll(async () => {
  rig = await GroupRig.start({}, 'ann', 'bob', 'carl', 'dora', 'eve');
});
afterAll(() => rig.stop());

describe('the app’s back ends', () => {
  it('govern groups without being in them', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl']);
    const { backEnd } = rig;
    const request = () => ids(groupId);
    await backEnd(ServerGroups, 'updateGroup', { ...request(), name: 'Ours', announcement: 'Hi' });
    const { group } = await backEnd(ServerGroups, 'getGroup', { groupId });
    expect(group).toMatchObject({ name: 'Ours', announcement: 'Hi', memberCount: 3 });
    expect(group?.self).toBeUndefined();
    await backEnd(ServerGroups, 'setRole', {
      ...request(),
      userIds: ['bob'],
      role: GroupRole.ADMIN,
    });
    await backEnd(ServerGroups, 'transferOwnership', { ...request(), userId: 'carl' });
    await backEnd(ServerGroups, 'muteMembers', { ...request(), userIds: ['ann'], untilMs: 9e15 });
    const list = await backEnd(ServerGroups, 'listMembers', { groupId, limit: 2 });
    const next = { groupId, pageToken: list.nextPageToken };
    const rest = await backEnd(ServerGroups, 'listMembers', next);
    expect([...list.members, ...rest.members]).toMatchObject([
      { userId: 'ann', role: GroupRole.MEMBER, mutedUntilMs: 9e15 },
      { userId: 'bob', role: GroupRole.ADMIN },
      { userId: 'carl', role: GroupRole.OWNER },
    ]);
    const owner = { ...request(), userIds: ['carl'], untilMs: 9e15 };
    const muted = failureOf(backEnd(ServerGroups, 'muteMembers', owner));
    expect(await muted).toEqual({ code: 'PERMISSION_DENIED', field: 'user_ids' });
    await backEnd(ServerGroups, 'dissolveGroup', request());
    const entries = (await rig.entries(`g:${groupId}`, 'ann')).slice(1);
    expect(rig.kinds(entries)).toEqual([
      'groupUpdated',
      'roleChanged',
      'ownerChanged',
      'membersMuted',
      'groupDissolved',
    ]);
    for (const { sender } of entries) expect(sender).toEqual({ kind: 2, id: '' });
    const over = failureOf(backEnd(ServerGroups, 'updateGroup', { ...request(), name: 'x' }));
    expect((await over).code).toBe('DISSOLVED');
    const nowhere = failureOf(backEnd(ServerGroups, 'getGroup', { groupId: 'nowhere' }));
    expect(await nowhere).toEqual({ code: 'NOT_FOUND', field: 'group_id' });
    await rig.mustBeSound(groupId);
  });

  it('set everything of a group that they create', async () => {
    const { groupId } = await rig.backEnd(ServerGroups, 'createGroup', {
      clientRequestId: newId(),
      ownerId: 'dora',
      name: 'Shop',
      memberIds: ['eve'],
      introduction: 'Buy',
      visibility: GroupVisibility.PUBLIC,
    });
    expect(await rig.see(groupId, 'dora')).toMatchObject({
      name: 'Shop',
      introduction: 'Buy',
      visibility: GroupVisibility.PUBLIC,
      ownerId: 'dora',
    });
  });
});
