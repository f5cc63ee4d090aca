import { GroupServiceDefinition as Groups, JoinMode, type Entry } from '@queqiao/protocol/client';
import { GroupServiceDefinition as ServerGroups } from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let ann: UserCall;
let bob: UserCall;
let backEnd: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxGroupMembers: 5 });
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob', 'carl', 'dora', 'eve', 'fay');
  ann = await rig.calls(app, 'ann');
  bob = await rig.calls(app, 'bob', 1);
  backEnd = rig.backEndCalls(app);
});
afterAll(() => rig.stop());

async function group(...memberIds: string[]): Promise<string> {
  const request = { clientRequestId: newId(), name: 'Team', memberIds };
  return (await ann(Groups, 'createGroup', request)).groupId;
}

const ids = (groupId: string) => ({ clientRequestId: newId(), groupId });

async function log(groupId: string, who: string): Promise<Entry[]> {
  const device = await rig.signedIn(app, who);
  return (await device.pull({ conversationId: `g:${groupId}` })).entries;
}

const kinds = async (groupId: string, who: string): Promise<(string | undefined)[]> =>
  (await log(groupId, who)).map(({ content }) => content?.body?.$case);

describe('members of a group', () => {
  it('come and go by entries that say who did it', async () => {
    const groupId = await group('bob');
    const added = await bob(Groups, 'addMembers', {
      ...ids(groupId),
      userIds: ['carl', 'bob', 'dora'],
    });
    expect(added.addedIds).toEqual(['carl', 'dora']);
    await (
      await rig.calls(app, 'carl')
    )(Groups, 'leaveGroup', ids(groupId));
    const removed = await ann(Groups, 'removeMembers', {
      ...ids(groupId),
      userIds: ['dora', 'carl', 'eve'],
    });
    expect(removed.removedIds).toEqual(['dora']);
    const told = (await log(groupId, 'bob')).slice(1);
    expect(told.map(({ sender, content }) => [sender?.id, content?.body])).toEqual([
      [
        'bob',
        { $case: 'membersJoined', value: { userIds: ['carl', 'dora'], way: 2, inviterId: 'bob' } },
      ],
      ['carl', { $case: 'membersLeft', value: { userIds: ['carl'] } }],
      ['ann', { $case: 'membersLeft', value: { userIds: ['dora'] } }],
    ]);
    expect(told.map(({ ordinal }) => ordinal)).toEqual([0, 0, 0]);
    expect(await kinds(groupId, 'carl')).toEqual(['membersJoined', 'membersLeft']);
    expect(await kinds(groupId, 'dora')).toEqual(['membersJoined', 'membersLeft', 'membersLeft']);
  });

  it('speak while they are in, and not after', async () => {
    const groupId = await group('bob');
    const device = await rig.signedIn(app, 'bob', 1);
    expect((await device.send(`g:${groupId}`, 'one')).seq).toBe(2);
    await ann(Groups, 'removeMembers', { ...ids(groupId), userIds: ['bob'] });
    const late = failureOf(device.send(`g:${groupId}`, 'two'));
    expect((await late).code).toBe('NOT_A_MEMBER');
    expect((await device.send(`g:${groupId}`, 'one')).seq).toBe(2);
  });

  it('are no more than the app allows', async () => {
    const groupId = await group('bob', 'carl', 'dora');
    const many = ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['eve', 'fay'] });
    expect(await failureOf(many)).toEqual({ code: 'LIMIT_EXCEEDED', field: 'maxGroupMembers' });
    const one = await ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['eve', 'bob'] });
    expect(one.addedIds).toEqual(['eve']);
  });

  it('are added and removed by a back end without asking anybody', async () => {
    const groupId = await group();
    const add = { ...ids(groupId), userIds: ['bob', 'carl'] };
    expect((await backEnd(ServerGroups, 'addMembers', add)).addedIds).toEqual(['bob', 'carl']);
    expect((await backEnd(ServerGroups, 'addMembers', add)).addedIds).toEqual(['bob', 'carl']);
    const remove = { ...ids(groupId), userIds: ['bob'] };
    expect((await backEnd(ServerGroups, 'removeMembers', remove)).removedIds).toEqual(['bob']);
    const owner = backEnd(ServerGroups, 'removeMembers', { ...ids(groupId), userIds: ['ann'] });
    expect(await failureOf(owner)).toEqual({ code: 'PERMISSION_DENIED', field: 'user_ids' });
    const senders = (await log(groupId, 'ann')).slice(1).map(({ sender }) => sender);
    expect(senders).toEqual([
      { kind: 2, id: '' },
      { kind: 2, id: '' },
    ]);
  });
});

describe('who may not', () => {
  it('is told so, and a stranger no more than that there is no such group', async () => {
    const groupId = await group('bob', 'carl');
    const eve = await rig.calls(app, 'eve');
    const codes = async (who: UserCall) => [
      (await failureOf(who(Groups, 'updateGroup', { ...ids(groupId), name: 'x' }))).code,
      (await failureOf(who(Groups, 'removeMembers', { ...ids(groupId), userIds: ['carl'] }))).code,
      (await failureOf(who(Groups, 'dissolveGroup', ids(groupId)))).code,
    ];
    expect(await codes(bob)).toEqual(Array(3).fill('PERMISSION_DENIED'));
    expect(await codes(eve)).toEqual(Array(3).fill('NOT_FOUND'));
    const owner = failureOf(ann(Groups, 'leaveGroup', ids(groupId)));
    expect((await owner).code).toBe('PERMISSION_DENIED');
    await bob(Groups, 'leaveGroup', ids(groupId));
    expect(await codes(bob)).toEqual(Array(3).fill('NOT_A_MEMBER'));
    const nowhere = failureOf(ann(Groups, 'leaveGroup', ids('nowhere')));
    expect(await nowhere).toEqual({ code: 'NOT_FOUND', field: 'group_id' });
  });
});

describe('a group', () => {
  it('changes what it says about itself, and tells only what changed', async () => {
    const groupId = await group('bob');
    const update = { ...ids(groupId), name: 'Crew', introduction: 'We', joinMode: JoinMode.FREE };
    const { group: now } = await ann(Groups, 'updateGroup', update);
    expect(now).toMatchObject({
      groupId,
      name: 'Crew',
      introduction: 'We',
      joinMode: JoinMode.FREE,
    });
    await ann(Groups, 'updateGroup', { ...ids(groupId), name: 'Crew', announcement: 'Hi' });
    await ann(Groups, 'updateGroup', { ...ids(groupId), name: 'Crew' });
    const told = (await log(groupId, 'bob')).slice(1).map(({ content }) => content?.body);
    expect(told).toMatchObject([
      {
        $case: 'groupUpdated',
        value: { name: 'Crew', introduction: 'We', joinMode: JoinMode.FREE },
      },
      { $case: 'groupUpdated', value: { announcement: 'Hi' } },
    ]);
    expect(told[1]?.$case === 'groupUpdated' && told[1].value.name).toBeUndefined();
    const { conversations } = await (await rig.signedIn(app, 'bob')).sync();
    expect(
      conversations.find(({ conversationId }) => conversationId === `g:${groupId}`)?.name,
    ).toBe('Crew');
  });

  it('that is muted hears only those who govern it', async () => {
    const groupId = await group('bob');
    await ann(Groups, 'updateGroup', { ...ids(groupId), allMuted: true });
    const device = await rig.signedIn(app, 'bob');
    expect((await failureOf(device.send(`g:${groupId}`, 'x'))).code).toBe('MUTED');
    await (await rig.signedIn(app, 'ann')).send(`g:${groupId}`, 'x');
    await ann(Groups, 'updateGroup', { ...ids(groupId), allMuted: false });
    await device.send(`g:${groupId}`, 'x');
  });

  it('that was dissolved can be read and nothing else', async () => {
    const groupId = await group('bob');
    await ann(Groups, 'dissolveGroup', ids(groupId));
    const device = await rig.signedIn(app, 'bob');
    expect((await failureOf(device.send(`g:${groupId}`, 'x'))).code).toBe('DISSOLVED');
    expect(await kinds(groupId, 'bob')).toEqual(['groupCreated', 'groupDissolved']);
    const again = failureOf(ann(Groups, 'dissolveGroup', ids(groupId)));
    expect((await again).code).toBe('DISSOLVED');
  });

  it('carries a repeated call out once, also through two nodes at the same moment', async () => {
    const groupId = await group('bob');
    const there = await rig.calls(app, 'ann', 1);
    const request = { ...ids(groupId), userIds: ['carl'] };
    const answers = await Promise.all(
      [ann, there, ann, there].map((who) => who(Groups, 'addMembers', request)),
    );
    expect(answers.map(({ addedIds }) => addedIds.join())).toEqual(Array(4).fill('carl'));
    expect(await kinds(groupId, 'bob')).toEqual(['groupCreated', 'membersJoined']);
  });

  it('refuses what cannot be right, by the name of the field', async () => {
    const groupId = await group('bob');
    const bad: [() => Promise<unknown>, string, string][] = [
      [() => ann(Groups, 'leaveGroup', { groupId }), 'INVALID_ARGUMENT', 'client_request_id'],
      [() => ann(Groups, 'leaveGroup', ids('a:b')), 'INVALID_ARGUMENT', 'group_id'],
      [() => ann(Groups, 'addMembers', ids(groupId)), 'INVALID_ARGUMENT', 'user_ids'],
      [
        () => ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['bob', '?'] }),
        'INVALID_ARGUMENT',
        'user_ids[1]',
      ],
      [
        () => ann(Groups, 'addMembers', { ...ids(groupId), userIds: ['nobody'] }),
        'NOT_FOUND',
        'user_ids[0]',
      ],
      [() => ann(Groups, 'updateGroup', { ...ids(groupId), name: '' }), 'INVALID_ARGUMENT', 'name'],
      [
        () => ann(Groups, 'updateGroup', { ...ids(groupId), joinMode: 9 as JoinMode }),
        'INVALID_ARGUMENT',
        'join_mode',
      ],
      [
        () => ann(Groups, 'updateGroup', { ...ids(groupId), extra: 'x'.repeat(4_097) }),
        'INVALID_ARGUMENT',
        'extra',
      ],
    ];
    for (const [call, code, field] of bad) expect(await failureOf(call())).toEqual({ code, field });
    expect(await kinds(groupId, 'bob')).toEqual(['groupCreated']);
  });
});
