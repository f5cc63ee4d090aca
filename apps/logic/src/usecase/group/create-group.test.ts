import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { CreateGroup, type CreateGroupInput } from './create-group.js';
import { groupIdOf } from './group-id.js';
import type { NewGroup, NewGroupResult } from './ports.js';

const appId = 'demo' as AppId;
const alice = 'alice' as UserId;
const firstEntry = { kind: 'groupCreated', content: new Uint8Array(), countable: false };

function rig(status: NewGroupResult['status'] = 'created') {
  const made: NewGroup[] = [];
  const announced: unknown[] = [];
  const settings = appRules();
  const create = new CreateGroup(
    {
      apps: { app: () => Promise.resolve({ status: 'active', settings }) },
      users: {
        existing: (_app, ids) =>
          Promise.resolve(new Set(ids.filter((id) => !id.startsWith('no-')))),
      },
      groups: {
        createGroup(group) {
          made.push(group);
          const conversationId = `g:${group.groupId}` as ConversationId;
          if (status === 'taken') return Promise.resolve({ status });
          if (status === 'existing') return Promise.resolve({ status, conversationId });
          return Promise.resolve({
            status,
            conversationId,
            createdMs: 5,
            memberVersion: 1,
            dispatchId: 'x',
          });
        },
      },
      entries: { groupCreated: () => firstEntry },
      announcer: { announce: (group) => void announced.push(group) },
    },
    { owner: 'logic-1', dispatchDelayMs: 3_000 },
  );
  const run = (input: Partial<CreateGroupInput> = {}) =>
    create.run(appId, {
      ownerId: alice,
      clientRequestId: 'r1',
      name: 'Team',
      memberIds: ['bob', 'carol'],
      groupId: '',
      ...input,
    });
  return { made, announced, run };
}

describe('creating a group', () => {
  it('counts the owner in, once, and announces the first entry', async () => {
    const { made, announced, run } = rig();
    const answer = await run({ memberIds: ['bob', 'alice', 'bob'] });
    expect(made[0]).toMatchObject({ memberIds: ['alice', 'bob'], ownerId: 'alice', name: 'Team' });
    expect(answer.conversationId).toBe(`g:${answer.groupId}`);
    expect(announced).toMatchObject([{ appId, dispatchId: 'x', memberVersion: 1, firstEntry }]);
  });

  it('makes the same id for the same request only', () => {
    const id = groupIdOf(appId, alice, 'r1');
    expect(id).toMatch(/^[a-z2-7]{26}$/);
    expect(groupIdOf(appId, alice, 'r1')).toBe(id);
    const others = [
      groupIdOf(appId, alice, 'r2'),
      groupIdOf(appId, 'bob' as UserId, 'r1'),
      groupIdOf('other' as AppId, alice, 'r1'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it('answers a repeated request with the first group, and announces nothing', async () => {
    const { announced, run } = rig('existing');
    expect(await run({ groupId: 'mine' })).toEqual({ conversationId: 'g:mine', groupId: 'mine' });
    expect(announced).toEqual([]);
  });

  it('refuses an id that is taken', async () => {
    const taken = rig('taken').run({ groupId: 'mine' });
    await expect(taken).rejects.toMatchObject({ code: 'ALREADY_EXISTS', field: 'group_id' });
  });

  it('refuses before the log what cannot be right', async () => {
    const { made, run } = rig();
    const bad: [Partial<CreateGroupInput>, string, string][] = [
      [{ clientRequestId: '' }, 'INVALID_ARGUMENT', 'client_request_id'],
      [{ name: '' }, 'INVALID_ARGUMENT', 'name'],
      [{ name: 'x'.repeat(101) }, 'INVALID_ARGUMENT', 'name'],
      [{ groupId: 'a:b' }, 'INVALID_ARGUMENT', 'group_id'],
      [{ memberIds: ['bob', 'a:b'] }, 'INVALID_ARGUMENT', 'member_ids[1]'],
      [{ memberIds: ['b', 'c', 'd', 'e'] }, 'LIMIT_EXCEEDED', 'maxGroupCreateMembers'],
      [{ memberIds: ['bob', 'no-one'] }, 'NOT_FOUND', 'member_ids[1]'],
      [{ ownerId: 'no-one' as UserId }, 'NOT_FOUND', 'owner_id'],
    ];
    for (const [input, code, field] of bad) {
      await expect(run(input), JSON.stringify(input)).rejects.toMatchObject({ code, field });
    }
    expect(made).toEqual([]);
  });

  it('counts characters of a name, not its code units', async () => {
    const { made, run } = rig();
    await run({ name: '🌉'.repeat(100) });
    expect(made).toHaveLength(1);
  });
});
