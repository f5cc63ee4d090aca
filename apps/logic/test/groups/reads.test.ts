import { isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import {
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  HistoryPolicy,
  InviteRight,
  JoinMode,
} from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { encodePage } from '../../src/usecase/paging.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;

const crowd = Array.from({ length: 11 }, (_, index) => `user${index}`);

beforeAll(async () => {
  const settings = { largeGroupMembers: 10 };
  rig = await GroupRig.start(settings, 'ann', 'bob', 'carl', 'eve', 'fay', ...crowd);
});
afterAll(() => rig.stop());

describe('a new group', () => {
  it('says and works as it was asked to, and its first entry says who is in it', async () => {
    const said = {
      name: 'Crew',
      avatarUrl: 'https://example.org/a.png',
      introduction: 'We sail',
      extra: '{"a":1}',
      joinMode: JoinMode.APPROVAL,
      visibility: GroupVisibility.PUBLIC,
      history: HistoryPolicy.ALL,
      inviteRight: InviteRight.ADMINS,
    };
    const groupId = await rig.group(['ann', 'bob'], said);
    const group = await rig.see(groupId, 'ann');
    expect(group).toMatchObject({
      ...said,
      groupId,
      conversationId: `g:${groupId}`,
      ownerId: 'ann',
      memberCount: 2,
      announcement: '',
      allMuted: false,
      dissolved: false,
      self: { userId: 'ann', role: GroupRole.OWNER, inviterId: '', mutedUntilMs: 0 },
    });
    expect(group?.createdMs).toBe(group?.self?.joinedMs);
    expect(await rig.said(`g:${groupId}`, 'bob', 'groupCreated')).toEqual([
      { name: 'Crew', creatorId: 'ann', memberIds: ['ann', 'bob'] },
    ]);
    await rig.mustBeSound(groupId);
  });

  it('has defaults for what was left out, and refuses what cannot be right', async () => {
    const groupId = await rig.group(['ann']);
    expect(await rig.see(groupId, 'ann')).toMatchObject({
      joinMode: JoinMode.INVITATION,
      visibility: GroupVisibility.PRIVATE,
      history: HistoryPolicy.SINCE_JOIN,
      inviteRight: InviteRight.EVERYONE,
      memberCount: 1,
    });
    const ann = await rig.as('ann');
    const bad: [object, string][] = [
      [{ introduction: 'x'.repeat(501) }, 'introduction'],
      [{ avatarUrl: 'x'.repeat(2_001) }, 'avatar_url'],
      [{ extra: 'é'.repeat(2_049) }, 'extra'],
      [{ visibility: 7 }, 'visibility'],
    ];
    for (const [more, field] of bad) {
      const request = { clientRequestId: newId(), name: 'x', ...more };
      const failure = await failureOf(ann(Groups, 'createGroup', request));
      expect(failure).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
  });

  it('lets newcomers see what was before, where it is so decided', async () => {
    const all = await rig.group(['ann', 'bob'], { history: HistoryPolicy.ALL });
    const since = await rig.group(['ann', 'bob']);
    for (const groupId of [all, since]) {
      await rig.call('ann', 'addMembers', { ...ids(groupId), userIds: ['carl'] });
    }
    const seen = async (groupId: string) => rig.kinds(await rig.entries(`g:${groupId}`, 'carl'));
    expect(await seen(all)).toEqual(['groupCreated', 'membersJoined']);
    expect(await seen(since)).toEqual(['membersJoined']);
  });
});

describe('a large group', () => {
  it('says so once it has told of the last one to come', async () => {
    const groupId = await rig.group(crowd.slice(0, 10));
    expect((await rig.see(groupId, 'user0'))?.large).toBe(false);
    await rig.call('user0', 'addMembers', { ...ids(groupId), userIds: ['user10'] });
    expect(await rig.see(groupId, 'user10')).toMatchObject({ large: true, memberCount: 11 });
    await rig.call('user10', 'leaveGroup', ids(groupId));
    expect(await rig.see(groupId, 'user0')).toMatchObject({ large: true, memberCount: 10 });
    const kinds = rig.kinds(await rig.entries(`g:${groupId}`, 'user0'));
    expect(kinds).toEqual(['groupCreated', 'membersJoined']);
  });
});

describe('groups that exist for somebody', () => {
  it('are those of the caller and public ones, without what is for members', async () => {
    const hidden = await rig.group(['ann', 'bob']);
    const open = await rig.group(['ann', 'bob'], { visibility: GroupVisibility.PUBLIC });
    const ann = await rig.as('ann');
    for (const groupId of [hidden, open]) {
      await ann(Groups, 'updateGroup', { ...ids(groupId), announcement: 'Secret' });
    }
    const groupIds = [hidden, open, 'nowhere'];
    const seen = async (who: string) => {
      const { groups } = await rig.call(who, 'getGroups', { groupIds });
      return new Map(groups.map((group) => [group.groupId, group]));
    };
    expect([...(await seen('bob')).keys()].sort()).toEqual([hidden, open].sort());
    expect((await seen('bob')).get(hidden)?.announcement).toBe('Secret');
    const stranger = await seen('eve');
    expect([...stranger.keys()]).toEqual([open]);
    expect(stranger.get(open)).toMatchObject({ announcement: '', memberCount: 2 });
    expect(stranger.get(open)?.self).toBeUndefined();
    await rig.call('bob', 'leaveGroup', ids(hidden));
    expect([...(await seen('bob')).keys()]).toEqual([open]);
    const many = Array.from({ length: 101 }, (_, index) => `g${index}`);
    const over = failureOf(ann(Groups, 'getGroups', { groupIds: many }));
    expect(await over).toEqual({ code: 'LIMIT_EXCEEDED', field: 'group_ids' });
  });

  it('are the only ones that exist: of others no call tells more than of none', async () => {
    const hidden = await rig.group(['ann', 'bob'], { joinMode: JoinMode.FREE });
    const eve = await rig.as('eve');
    const calls: Record<string, (groupId: string) => Promise<unknown>> = {
      getGroups: (groupId) => eve(Groups, 'getGroups', { groupIds: [groupId] }),
      listMembers: (groupId) => eve(Groups, 'listMembers', { groupId }),
      joinGroup: (groupId) => eve(Groups, 'joinGroup', ids(groupId)),
      addMembers: (groupId) => eve(Groups, 'addMembers', { ...ids(groupId), userIds: ['carl'] }),
      renameMember: (groupId) =>
        eve(Groups, 'renameMember', { ...ids(groupId), userId: 'ann', name: 'x' }),
      handleApplication: (groupId) =>
        eve(Groups, 'handleApplication', { ...ids(groupId), userId: 'carl' }),
      cancelApplication: (groupId) => eve(Groups, 'cancelApplication', ids(groupId)),
      answerInvitation: (groupId) => eve(Groups, 'answerInvitation', ids(groupId)),
      listApplications: (groupId) => eve(Groups, 'listApplications', { groupId }),
      listJoinLinks: (groupId) => eve(Groups, 'listJoinLinks', { groupId }),
      revokeJoinLink: (groupId) => eve(Groups, 'revokeJoinLink', { ...ids(groupId), token: 'x' }),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(await outcome(call(hidden)), name).toEqual(await outcome(call('nowhere')));
    }
  });

  it('are listed by role and in pages, as long as they go on', async () => {
    const mine = [await rig.group(['fay', 'bob']), await rig.group(['fay'])];
    const foreign = await rig.group(['bob', 'fay']);
    const fay = await rig.as('fay');
    const list = async (role: GroupRole, limit = 1) => {
      const found: string[] = [];
      for (let pageToken = ''; ;) {
        const page = await fay(Groups, 'listMyGroups', { role, pageToken, limit });
        found.push(...page.groups.map(({ groupId, self }) => `${groupId} ${self?.role}`));
        pageToken = page.nextPageToken;
        if (pageToken === '') return found;
      }
    };
    const owned = mine.map((id) => `${id} ${GroupRole.OWNER}`);
    const joined = `${foreign} ${GroupRole.MEMBER}`;
    expect(await list(GroupRole.UNSPECIFIED)).toEqual([...owned, joined].sort());
    expect(await list(GroupRole.OWNER)).toEqual([...owned].sort());
    expect(await list(GroupRole.MEMBER, 200)).toEqual([joined]);
    await fay(Groups, 'dissolveGroup', ids(mine[0] ?? ''));
    expect(await list(GroupRole.OWNER, 0)).toEqual(owned.slice(1));
    for (const [more, field] of [
      [{ limit: 201 }, 'limit'],
      [{ pageToken: 'a:b' }, 'page_token'],
      [{ pageToken: encodePage(['ä']) }, 'page_token'],
      [{ role: 9 as GroupRole }, 'role'],
    ] as const) {
      const failure = await failureOf(fay(Groups, 'listMyGroups', more));
      expect(failure).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
  });
});

/** The answer, or all that an error says. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => {
    if (!isServiceError(error)) throw error;
    const { code, field, message } = statusToDomainError(error);
    return { code, field, message };
  });
}
