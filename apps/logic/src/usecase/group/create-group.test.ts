import {
  DomainError,
  type AppId,
  type DeviceId,
  type InviteRule,
  type UserId,
} from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { fakeNotices } from '../../../test/fakes/fake-notices.js';
import type { Caller } from '../caller.js';
import { CreateGroup, type CreateGroupAnswer, type CreateGroupInput } from './create-group.js';
import { faceGroupId, groupIdOf } from './group-id.js';
import type { Groups, NewGroupPlan, NewGroupWork } from './ports.js';

const appId = 'demo' as AppId;
const alice = 'alice' as UserId;
const user: Caller = { kind: 'user', userId: alice, deviceId: 'phone' as DeviceId };
const backEnd: Caller = { kind: 'business', credentialId: 'c' };

interface Made {
  readonly work: NewGroupWork<CreateGroupAnswer>;
  readonly plan: NewGroupPlan<CreateGroupAnswer>;
}

function rig({ invites = {} }: { invites?: Record<string, InviteRule> } = {}) {
  const made: Made[] = [];
  const pushed: unknown[] = [];
  const groups = {
    answered: () => Promise.resolve(undefined),
    create(work: Made['work'], plan: (nowMs: number) => Made['plan']) {
      const planned = plan(1_000);
      made.push({ work, plan: planned });
      const commit = { appId, dispatchId: 'x', entries: [], heads: [], states: [] };
      return Promise.resolve({ answer: planned.answer, commit });
    },
  } as unknown as Pick<Groups, 'create' | 'answered'>;
  const create = new CreateGroup(
    {
      apps: { app: () => Promise.resolve({ status: 'active', settings: appRules() }) },
      users: {
        existing: (_app, ids) =>
          Promise.resolve(new Set(ids.filter((id) => !id.startsWith('no-')))),
      },
      invites: {
        of: (_app, inviterId, ids) =>
          Promise.resolve(
            new Map(
              ids.map((id) => [id, inviterId === null ? 'at-once' : (invites[id] ?? 'at-once')]),
            ),
          ),
      },
      groups,
      notices: fakeNotices,
      push: { pushCommit: (commit) => void pushed.push(commit) },
    },
    { owner: 'logic-1', dispatchDelayMs: 3_000 },
  );
  const run = (input: Partial<CreateGroupInput> = {}, caller = user) =>
    create.run(
      { appId, caller, signal: { aborted: false } },
      {
        ownerId: alice,
        clientRequestId: 'r1',
        memberIds: ['bob', 'carol'],
        groupId: '',
        profile: { name: 'Team' },
        ...input,
      },
    );
  return { made, pushed, run };
}

describe('creating a group', () => {
  it('counts the owner in, once, and pushes the commit', async () => {
    const { made, pushed, run } = rig();
    const answer = await run({ memberIds: ['bob', 'alice', 'bob'] });
    expect(made[0]?.work).toMatchObject({
      ownerId: 'alice',
      request: { actor: { kind: 'user', id: 'alice' }, requestId: 'r1', method: 'CreateGroup' },
    });
    expect(made[0]?.plan).toMatchObject({
      memberIds: ['alice', 'bob'],
      profile: { name: 'Team', joinMode: 'invitation', visibility: 'private' },
      firstEntry: { kind: 'created', sender: { kind: 'system' }, countable: false, shown: true },
      maxGroups: 3,
    });
    expect(answer.conversationId).toBe(`g:${answer.groupId}`);
    expect(pushed).toHaveLength(1);
  });

  it('takes what is set of the profile, and defaults for the rest', async () => {
    const { made, run } = rig();
    const profile = {
      name: 'Crew',
      introduction: 'Hi',
      joinMode: 'free',
      history: undefined,
    } as const;
    await run({ profile });
    expect(made[0]?.plan.profile).toEqual({
      name: 'Crew',
      avatarUrl: '',
      introduction: 'Hi',
      announcement: '',
      extra: '',
      joinMode: 'free',
      visibility: 'private',
      history: 'since-join',
      inviteRight: 'everyone',
    });
  });

  it('asks whom it has to, and nobody when a back end creates it', async () => {
    const { made, run } = rig({ invites: { bob: 'ask' } });
    expect((await run()).invitedIds).toEqual(['bob']);
    expect(made[0]?.plan.memberIds).toEqual(['alice', 'carol']);
    expect(made[0]?.plan.invitations?.invitations).toMatchObject([
      { userId: 'bob', inviterId: 'alice', groupName: 'Team', state: 'pending', expiresMs: 61_000 },
    ]);
    expect((await run({}, backEnd)).invitedIds).toEqual([]);
    expect(made[1]?.plan.memberIds).toEqual(['alice', 'bob', 'carol']);
  });

  it('refuses whom the owner may not bring in, but not before the group is looked for', async () => {
    const { made, run } = rig({ invites: { carol: 'no' } });
    const refusal = { code: 'PERMISSION_DENIED', field: 'member_ids' };
    await expect(run()).rejects.toMatchObject(refusal);
    await expect(run()).rejects.toBeInstanceOf(DomainError);
    expect(made).toEqual([]);
  });

  it('makes the same id for the same request only', () => {
    const id = groupIdOf(appId, alice, 'r1');
    expect(id).toMatch(/^[a-z2-7]{26}$/);
    expect(groupIdOf(appId, alice, 'r1')).toBe(id);
    const others = [
      groupIdOf(appId, alice, 'r2'),
      groupIdOf(appId, 'bob' as UserId, 'r1'),
      groupIdOf('other' as AppId, alice, 'r1'),
      faceGroupId(appId, 'r1'),
      faceGroupId(appId, 'r2'),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('refuses before the log what cannot be right', async () => {
    const { made, run } = rig();
    const bad: [Partial<CreateGroupInput>, string, string][] = [
      [{ clientRequestId: '' }, 'INVALID_ARGUMENT', 'client_request_id'],
      [{ profile: { name: '' } }, 'INVALID_ARGUMENT', 'name'],
      [{ profile: { name: 'x'.repeat(101) } }, 'INVALID_ARGUMENT', 'name'],
      [{ profile: { name: 'x', extra: 'é'.repeat(2_049) } }, 'INVALID_ARGUMENT', 'extra'],
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
    await run({ profile: { name: '🌉'.repeat(100) } });
    expect(made).toHaveLength(1);
  });
});
