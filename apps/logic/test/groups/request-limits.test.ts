import {
  GroupApplication_State as Application,
  GroupInvitation_State as Invitation,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;

beforeAll(async () => {
  const settings = { maxGroupApplications: 2 };
  rig = await GroupRig.start(settings, 'ann', 'bob', 'carl', 'dora', 'eve', 'fay', 'shy');
  const asks = JSON.stringify({ invite: 'ask' });
  await rig.rows('UPDATE users SET settings = ? WHERE user_id = ?', [asks, 'shy']);
});
afterAll(() => rig.stop());

const approval = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.APPROVAL };
const full = { code: 'LIMIT_EXCEEDED', field: 'maxGroupApplications' };
const join = async (who: string, groupId: string, node = 0) =>
  rig.call(who, 'joinGroup', { ...ids(groupId), text: '' }, node);
const add = async (who: string, groupId: string, ...userIds: string[]) =>
  rig.call(who, 'addMembers', { ...ids(groupId), userIds, text: '' });

describe('a group to which as many have applied as may wait', () => {
  it('takes no more, by whatever way, until one is handled or taken back', async () => {
    const groupId = await rig.group(['ann', 'bob'], approval);
    await add('bob', groupId, 'shy');
    expect(await add('bob', groupId, 'carl')).toMatchObject({ appliedIds: ['carl'] });
    await join('dora', groupId);
    expect(await failureOf(join('eve', groupId))).toEqual(full);
    expect(await failureOf(add('bob', groupId, 'fay'))).toEqual(full);
    const accepts = async () =>
      rig.call('shy', 'answerInvitation', { ...ids(groupId), accept: true });
    expect(await failureOf(accepts())).toEqual(full);
    // Who waits already is no further one.
    expect(await join('dora', groupId)).toMatchObject({ joined: false });
    await rig.call('dora', 'cancelApplication', ids(groupId));
    expect(await join('eve', groupId)).toMatchObject({ joined: false });
    expect(await failureOf(accepts())).toEqual(full);
    await rig.call('ann', 'handleApplication', {
      ...ids(groupId),
      userId: 'carl',
      accept: false,
      answer: '',
    });
    expect(await accepts()).toMatchObject({ joined: false, application: { userId: 'shy' } });
    // The owner lets in whom the owner wants.
    expect(await add('ann', groupId, 'fay')).toMatchObject({ addedIds: ['fay'] });
    await rig.mustBeSound(groupId);
  });

  it('takes one of two who apply for the last place at once', async () => {
    const groupId = await rig.group(['ann'], approval);
    await join('carl', groupId);
    const both = await Promise.allSettled([join('dora', groupId, 0), join('eve', groupId, 1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { applications } = await rig.call('ann', 'listApplications', { groupId });
    expect(applications).toHaveLength(2);
  });
});

it('what waits for a group that was dissolved is over, in lists and in counts', async () => {
  const groupId = await rig.group(['ann', 'bob'], approval);
  await add('bob', groupId, 'shy');
  await join('fay', groupId);
  const lists = async () => {
    const own = await rig.call('fay', 'listMyApplications', {});
    const asked = await rig.call('shy', 'listInvitations', {});
    const ann = await (await rig.as('ann'))(Groups, 'listApplications', {});
    return [
      own.applications.find((each) => each.groupId === groupId)?.state,
      asked.invitations.find((each) => each.groupId === groupId)?.state,
      asked.unreadCount,
      ann.applications.filter((each) => each.groupId === groupId).length,
    ];
  };
  expect(await lists()).toEqual([Application.PENDING, Invitation.PENDING, 1, 1]);
  await rig.call('ann', 'dissolveGroup', ids(groupId));
  expect(await lists()).toEqual([Application.REJECTED, Invitation.EXPIRED, 0, 0]);
  const taken = await rig.call('fay', 'cancelApplication', ids(groupId));
  expect(taken.application).toMatchObject({ state: Application.CANCELLED });
});
