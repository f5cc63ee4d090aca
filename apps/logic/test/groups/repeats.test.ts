import {
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import { GroupServiceDefinition as ServerGroups } from '@queqiao/protocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;

beforeAll(async () => {
  rig = await GroupRig.start({}, 'ann', 'bob', 'carl', 'dora', 'shy');
  await rig.rows(`UPDATE users SET settings = '{"invite":"ask"}' WHERE user_id = 'shy'`);
});
afterAll(() => rig.stop());

type Method = keyof typeof Groups.methods;

/** Methods that only tell what is, or what nothing stores. */
const READS: readonly Method[] = [
  'getGroups',
  'listMyGroups',
  'listMembers',
  'getMembers',
  'listApplications',
  'listMyApplications',
  'listInvitations',
  'listJoinLinks',
  'getJoinLink',
  'enterFaceRoom',
];

interface Case {
  readonly who: string;
  /** What the call says besides its request id. */
  readonly request: object;
}

const publicly = { visibility: GroupVisibility.PUBLIC };
const approval = { ...publicly, joinMode: JoinMode.APPROVAL };
const group = (more: object = {}) => rig.group(['ann', 'bob', 'carl'], more);

/** Every method that changes something, with a group in which it does. */
const CASES: Record<string, () => Promise<Case>> = {
  createGroup: () =>
    Promise.resolve({ who: 'ann', request: { name: 'Crew', memberIds: ['bob', 'shy'] } }),
  updateGroup: async () => ({ who: 'ann', request: { groupId: await group(), name: 'New' } }),
  dissolveGroup: async () => ({ who: 'ann', request: { groupId: await group() } }),
  joinGroup: async () => ({ who: 'dora', request: { groupId: await group(approval), text: 'x' } }),
  addMembers: async () => {
    return { who: 'bob', request: { groupId: await group(), userIds: ['dora', 'shy'] } };
  },
  leaveGroup: async () => ({ who: 'bob', request: { groupId: await group() } }),
  removeMembers: async () => ({
    who: 'ann',
    request: { groupId: await group(), userIds: ['bob'] },
  }),
  setRole: async () => {
    const role = GroupRole.ADMIN;
    return { who: 'ann', request: { groupId: await group(), userIds: ['bob'], role } };
  },
  transferOwnership: async () => ({
    who: 'ann',
    request: { groupId: await group(), userId: 'bob' },
  }),
  renameMember: async () => {
    return { who: 'bob', request: { groupId: await group(), userId: 'bob', name: 'Bee' } };
  },
  muteMembers: async () => {
    return { who: 'ann', request: { groupId: await group(), userIds: ['bob'], untilMs: 9e15 } };
  },
  handleApplication: async () => {
    const groupId = await group(approval);
    await rig.call('dora', 'joinGroup', ids(groupId));
    return { who: 'ann', request: { groupId, userId: 'dora', accept: true } };
  },
  cancelApplication: async () => {
    const groupId = await group(approval);
    await rig.call('dora', 'joinGroup', ids(groupId));
    return { who: 'dora', request: { groupId } };
  },
  markApplicationsRead: async () => {
    await rig.call('dora', 'joinGroup', ids(await group(approval)));
    return { who: 'ann', request: {} };
  },
  answerInvitation: async () => {
    const groupId = await rig.group(['ann', 'shy']);
    return { who: 'shy', request: { groupId, accept: true } };
  },
  markInvitationsRead: async () => {
    await rig.group(['ann', 'shy']);
    return { who: 'shy', request: {} };
  },
  createJoinLink: async () => ({ who: 'ann', request: { groupId: await group() } }),
  revokeJoinLink: async () => {
    const groupId = await group();
    const { link } = await rig.call('ann', 'createJoinLink', ids(groupId));
    return { who: 'ann', request: { groupId, token: link?.token ?? '' } };
  },
  joinByLink: async () => {
    const { link } = await rig.call('ann', 'createJoinLink', { ...ids(await group()), maxUses: 1 });
    return { who: 'dora', request: { token: link?.token ?? '' } };
  },
  joinFaceRoom: async () => {
    const place = { code: '4711', latitude: 48, longitude: 11 };
    await rig.call('ann', 'enterFaceRoom', place);
    const { roomId } = await rig.call('dora', 'enterFaceRoom', place);
    return { who: 'dora', request: { roomId } };
  },
};

/** Everything that is kept of groups and feeds, as far as a call could change it. */
async function state(): Promise<string> {
  const tables = [
    'SELECT conversation_id, seq, sender, kind FROM entries',
    'SELECT user_id, conversation_id, role, name, muted_until_ms, left_seq, rev FROM members',
    'SELECT * FROM group_info',
    'SELECT * FROM group_invitations',
    'SELECT * FROM group_applications',
    'SELECT * FROM join_links',
    'SELECT user_id, applications_read_ms FROM users',
  ];
  const rows = await Promise.all(tables.map((sql) => rig.rows(`${sql} ORDER BY 1, 2`)));
  return JSON.stringify(rows);
}

type AnyCall = (definition: typeof Groups, name: string, request: object) => Promise<unknown>;
const invoke = (call: UserCall, name: string, request: object) =>
  (call as AnyCall)(Groups, name, request);

describe('a repeated call', () => {
  it('is known for every method', () => {
    const changing = Object.keys(Groups.methods).filter((name) => !READS.includes(name as Method));
    expect(Object.keys(CASES).sort()).toEqual(changing.sort());
  });

  it.each(Object.keys(CASES))('of %s gets the first answer and changes nothing', async (name) => {
    const { who, request } = (await CASES[name]?.()) ?? { who: '', request: {} };
    const [here, there] = [await rig.as(who), await rig.as(who, 1)];
    const full = { ...request, clientRequestId: newId() };
    const before = await state();
    const racing = await Promise.all(
      [here, there, here, there].map((call) => invoke(call, name, full)),
    );
    const after = await state();
    expect(after).not.toBe(before);
    for (const answer of racing) expect(answer).toEqual(racing[0]);
    expect(await invoke(there, name, full)).toEqual(racing[0]);
    expect(await state()).toBe(after);
    // The same id is no other call's.
    const other = name === 'leaveGroup' ? 'dissolveGroup' : 'leaveGroup';
    const groupId = 'groupId' in request ? request.groupId : await group();
    const misused = invoke(here, other, { clientRequestId: full.clientRequestId, groupId });
    expect(await failureOf(misused)).toEqual({
      code: 'ALREADY_EXISTS',
      field: 'client_request_id',
    });
  });

  it.each([
    ['updateGroup', { name: 'Shop' }],
    ['dissolveGroup', {}],
    ['addMembers', { userIds: ['dora', 'shy'] }],
    ['removeMembers', { userIds: ['bob'] }],
    ['setRole', { userIds: ['bob'], role: GroupRole.ADMIN }],
    ['transferOwnership', { userId: 'bob' }],
    ['muteMembers', { userIds: ['bob'], untilMs: 9e15 }],
  ] as const)('of a back end to %s, too', async (name, request) => {
    const full = { ...request, ...ids(await group()) };
    const call = (node: number) =>
      (
        rig.api.backEndCalls(rig.app, node) as unknown as (
          definition: typeof ServerGroups,
          method: string,
          body: object,
        ) => Promise<unknown>
      )(ServerGroups, name, full);
    const first = await call(0);
    const after = await state();
    expect(await call(1)).toEqual(first);
    expect(await state()).toBe(after);
  });
});
