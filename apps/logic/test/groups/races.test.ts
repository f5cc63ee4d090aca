import {
  GroupApplication_State as Application,
  GroupRole,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;
const crowd = Array.from({ length: 10 }, (_, index) => `w${index}`);
/** Of each race so many, because one may be won by luck. */
const ROUNDS = Array.from({ length: 8 }, (_, round) => round);

beforeAll(async () => {
  rig = await GroupRig.start({ maxGroupMembers: 5 }, 'ann', 'bob', 'carl', 'dora', ...crowd);
});
afterAll(() => rig.stop());

const open = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.FREE };
const approval = { ...open, joinMode: JoinMode.APPROVAL };
const kindsOf = async (groupId: string, who = 'ann') =>
  rig.kinds(await rig.entries(`g:${groupId}`, who));
const admins = (groupId: string, ...userIds: string[]) =>
  rig.call('ann', 'setRole', { ...ids(groupId), userIds, role: GroupRole.ADMIN });

/** What each came to: its answer, or the code that it was refused with. In odd rounds the last one has the start. */
async function race(
  round: number,
  ...calls: readonly (() => Promise<object>)[]
): Promise<(object | string)[]> {
  const order = round % 2 === 0 ? calls : [...calls].reverse();
  const outcomes = await Promise.all(
    order.map((call) => call().catch(async (error: unknown) => failed(error))),
  );
  return round % 2 === 0 ? outcomes : outcomes.reverse();
}

async function failed(error: unknown): Promise<string> {
  return (await failureOf(Promise.reject(error))).code;
}

describe('two at the same moment, through two nodes', () => {
  it.each(ROUNDS)('admins who remove one member remove that one once (%i)', async (round) => {
    const groupId = await rig.group(['ann', 'bob', 'carl', 'dora']);
    await admins(groupId, 'bob', 'carl');
    const remove = (who: string, node: number) =>
      rig.call(who, 'removeMembers', { ...ids(groupId), userIds: ['dora'] }, node);
    const answers = await race(
      round,
      () => remove('bob', 0),
      () => remove('carl', 1),
    );
    const removed = answers.map((answer) => JSON.stringify(answer)).sort();
    expect(removed).toEqual(['{"removedIds":["dora"]}', '{"removedIds":[]}']);
    expect((await kindsOf(groupId)).filter((kind) => kind === 'membersLeft')).toHaveLength(1);
    await rig.mustBeSound(groupId);
  });

  it.each(ROUNDS)('an owner who hands over cannot be removed before (%i)', async (round) => {
    const groupId = await rig.group(['ann', 'bob', 'carl']);
    await admins(groupId, 'carl');
    const [transfer, removal] = await race(
      round,
      () => rig.call('ann', 'transferOwnership', { ...ids(groupId), userId: 'bob' }, 0),
      () => rig.call('carl', 'removeMembers', { ...ids(groupId), userIds: ['ann'] }, 1),
    );
    expect(transfer).toEqual({});
    const members = (await rig.members(groupId, 'bob')).map(({ userId }) => userId);
    if (removal === 'PERMISSION_DENIED') expect(members).toEqual(['ann', 'bob', 'carl']);
    else {
      expect(removal).toEqual({ removedIds: ['ann'] });
      expect(members).toEqual(['bob', 'carl']);
      expect((await kindsOf(groupId, 'bob')).slice(-2)).toEqual(['ownerChanged', 'membersLeft']);
    }
    await rig.mustBeSound(groupId);
  });

  it.each(ROUNDS)(
    'who leaves does not become the owner, or the owner does not leave (%i)',
    async (round) => {
      const groupId = await rig.group(['ann', 'bob', 'carl']);
      const outcome = await race(
        round,
        () => rig.call('ann', 'transferOwnership', { ...ids(groupId), userId: 'bob' }, 0),
        () => rig.call('bob', 'leaveGroup', ids(groupId), 1),
      );
      expect([
        [{}, 'PERMISSION_DENIED'],
        ['NOT_FOUND', {}],
      ]).toContainEqual(outcome);
      const group = await rig.see(groupId, 'carl');
      expect(group?.ownerId).toBe(outcome[0] === 'NOT_FOUND' ? 'ann' : 'bob');
      await rig.mustBeSound(groupId);
    },
  );

  it.each(ROUNDS)('who joins comes before the end, or not at all (%i)', async (round) => {
    const groupId = await rig.group(['ann'], open);
    const [joined, ended] = await race(
      round,
      () => rig.call('bob', 'joinGroup', ids(groupId), 0),
      () => rig.call('ann', 'dissolveGroup', ids(groupId), 1),
    );
    expect(ended).toEqual({});
    const kinds = await kindsOf(groupId);
    if (joined === 'DISSOLVED') expect(kinds).toEqual(['groupCreated', 'groupDissolved']);
    else expect(kinds).toEqual(['groupCreated', 'membersJoined', 'groupDissolved']);
    await rig.mustBeSound(groupId);
  });

  it.each(ROUNDS)(
    'an application is accepted or taken back, and never both (%i)',
    async (round) => {
      const groupId = await rig.group(['ann'], approval);
      await rig.call('bob', 'joinGroup', ids(groupId));
      const request = { ...ids(groupId), userId: 'bob', accept: true };
      const [accepted, cancelled] = await race(
        round,
        () => rig.call('ann', 'handleApplication', request, 0),
        () => rig.call('bob', 'cancelApplication', ids(groupId), 1),
      );
      expect([accepted, cancelled].filter((one) => one === 'CONFLICT')).toHaveLength(1);
      const isIn = (await rig.see(groupId, 'bob'))?.self !== undefined;
      expect(isIn).toBe(cancelled === 'CONFLICT');
      const { applications } = await rig.call('ann', 'listApplications', { groupId });
      expect(applications.map(({ state }) => state)).toEqual([
        isIn ? Application.ACCEPTED : Application.CANCELLED,
      ]);
      await rig.mustBeSound(groupId);
    },
  );

  it.each(ROUNDS)('an applicant who is let in and brought in comes once (%i)', async (round) => {
    const groupId = await rig.group(['ann'], approval);
    await rig.call('bob', 'joinGroup', ids(groupId));
    const request = { ...ids(groupId), userId: 'bob', accept: true };
    const answers = await race(
      round,
      () => rig.call('ann', 'handleApplication', request, 0),
      () => rig.call('ann', 'addMembers', { ...ids(groupId), userIds: ['bob'] }, 1),
    );
    expect((await kindsOf(groupId)).filter((kind) => kind === 'membersJoined')).toHaveLength(1);
    const [handled, added] = answers;
    expect(added).toMatchObject({ addedIds: handled === 'CONFLICT' ? ['bob'] : [] });
    const { applications } = await rig.call('ann', 'listApplications', { groupId });
    expect(applications.map(({ state }) => state)).toEqual([Application.ACCEPTED]);
    await rig.mustBeSound(groupId);
  });
});

describe('many at the same moment', () => {
  it.each(ROUNDS.slice(0, 3))('ten who want the last place: one gets it (%i)', async (round) => {
    const groupId = await rig.group(['ann', 'bob', 'carl', 'dora'], open);
    const outcome = await race(
      round,
      ...crowd.map((who, index) => () => rig.call(who, 'joinGroup', ids(groupId), index % 2)),
    );
    expect(outcome.filter((one) => one === 'LIMIT_EXCEEDED')).toHaveLength(9);
    const members = await rig.members(groupId, 'ann');
    expect(members).toHaveLength(5);
    expect((await kindsOf(groupId)).filter((kind) => kind === 'membersJoined')).toHaveLength(1);
    await rig.mustBeSound(groupId);
  });

  it.each(ROUNDS.slice(0, 2))(
    'everything at once leaves a group that is whole (%i)',
    async (round) => {
      const groupId = await rig.group(['ann', 'bob', 'carl'], open);
      await admins(groupId, 'bob');
      const outcome = await race(
        round,
        ...crowd.slice(0, 4).map((who, n) => () => rig.call(who, 'joinGroup', ids(groupId), n % 2)),
        () => rig.call('ann', 'transferOwnership', { ...ids(groupId), userId: 'bob' }, 0),
        () => rig.call('bob', 'removeMembers', { ...ids(groupId), userIds: ['carl'] }, 1),
        () => rig.call('carl', 'leaveGroup', ids(groupId), 0),
        () =>
          rig.call(
            'ann',
            'setRole',
            { ...ids(groupId), userIds: ['carl'], role: GroupRole.ADMIN },
            1,
          ),
        () => rig.call('bob', 'addMembers', { ...ids(groupId), userIds: ['dora'] }, 0),
        () =>
          rig.call('ann', 'muteMembers', { ...ids(groupId), userIds: ['bob'], untilMs: 9e15 }, 1),
      );
      const codes = outcome.filter((one) => typeof one === 'string');
      for (const code of codes) {
        expect(['LIMIT_EXCEEDED', 'PERMISSION_DENIED', 'NOT_A_MEMBER', 'NOT_FOUND']).toContain(
          code,
        );
      }
      await rig.mustBeSound(groupId);
      const entries = await rig.entries(`g:${groupId}`, 'ann');
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    },
  );

  it.each(ROUNDS.slice(0, 2))(
    'a group of one id is made once, by one of those who wanted it (%i)',
    async (round) => {
      const groupId = newId();
      const outcome = await race(
        round,
        ...crowd.map(
          (who, n) => () =>
            rig.call(who, 'createGroup', { clientRequestId: newId(), name: who, groupId }, n % 2),
        ),
      );
      expect(outcome.filter((one) => one === 'ALREADY_EXISTS')).toHaveLength(9);
      const winner = crowd[outcome.findIndex((one) => typeof one !== 'string')] ?? '';
      expect(await rig.see(groupId, winner)).toMatchObject({ ownerId: winner, name: winner });
      await rig.mustBeSound(groupId);
    },
  );
});
