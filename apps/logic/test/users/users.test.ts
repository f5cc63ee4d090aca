import {
  AddFriendRule,
  FoundUser_By,
  FriendServiceDefinition as Friends,
  Gender,
  InviteRule,
  PostsRange,
  PresenceRule,
  UserServiceDefinition as Users,
  type ProfileChanged,
} from '@queqiao/protocol/client';
import { UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
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
  app = await rig.createApp('demo');
  ann = await rig.calls(app, 'ann');
  bob = await rig.calls(app, 'bob', 1);
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());

const id = () => ({ clientRequestId: newId() });
const upsert = (
  ...users: Parameters<typeof backEnd<typeof ServerUsers, 'upsertUsers'>>[2]['users'] & object
) => backEnd(ServerUsers, 'upsertUsers', { users });

/** What a user's self feed says about the user, oldest first, read through the other node. */
async function told(userId: string): Promise<ProfileChanged[]> {
  const device = await rig.signedIn(app, userId, 1);
  const { entries } = await device.pull({ conversationId: `s:${userId}` });
  return entries.flatMap(({ content }) =>
    content?.body?.$case === 'profileChanged' ? [content.body.value] : [],
  );
}

async function search(who: UserCall, query: string): Promise<[string | undefined, FoundUser_By][]> {
  const { users } = await who(Users, 'searchUsers', { query });
  return users.map(({ user, by }) => [user?.userId, by]);
}

describe('an own profile', () => {
  it('is empty with the default settings at first', async () => {
    const me = await ann(Users, 'getMe', {});
    expect(me.user).toMatchObject({ userId: 'ann', nickname: '', gender: Gender.UNSPECIFIED });
    expect(me.handle).toBe('');
    expect(me.settings).toEqual({
      addFriend: AddFriendRule.REQUEST,
      invite: InviteRule.ANYONE,
      presence: PresenceRule.EVERYONE,
      hideFromIdSearch: false,
      hideFromNicknameSearch: false,
      hideFromHandleSearch: false,
      postsRange: PostsRange.ALL,
    });
  });

  it('changes in what is set, for everybody to see, and is told to the own devices', async () => {
    const first = { ...id(), nickname: 'Ann', gender: Gender.FEMALE, signature: 's', extra: '{}' };
    await ann(Users, 'updateMe', first);
    const second = { ...id(), signature: '', handle: '+4670', avatarUrl: 'https://x/y' };
    const { user, handle } = await ann(Users, 'updateMe', second);
    const now = { userId: 'ann', nickname: 'Ann', gender: Gender.FEMALE, signature: '' };
    expect(user).toMatchObject({ ...now, extra: '{}', avatarUrl: 'https://x/y' });
    expect(handle).toBe('+4670');
    expect((await bob(Users, 'getUsers', { userIds: ['ann'] })).users).toEqual([user]);
    const news = await told('ann');
    expect(news).toHaveLength(2);
    expect(news[1]).toMatchObject({ user, handle });
    expect(news[1]?.settings?.invite).toBe(InviteRule.ANYONE);
    expect(news[1]?.user?.updatedMs).toBeGreaterThan(news[0]?.user?.updatedMs ?? Infinity);
  });

  it('stays as it is when nothing new is set, and when a call is repeated', async () => {
    await ann(Users, 'updateMe', { ...id(), nickname: 'Ann' });
    const request = { ...id(), nickname: 'Anna' };
    const there = await rig.calls(app, 'ann', 1);
    const both = [ann, there, ann, there];
    const answers = await Promise.all(both.map((who) => who(Users, 'updateMe', request)));
    expect(new Set(answers.map(({ user }) => user?.updatedMs)).size).toBe(1);
    await ann(Users, 'updateMe', { ...id(), nickname: 'Ann' });
    const again = await ann(Users, 'updateMe', request);
    expect(again.user?.nickname).toBe('Anna');
    expect((await ann(Users, 'getMe', {})).user?.nickname).toBe('Ann');
    expect((await told('ann')).map(({ user }) => user?.nickname)).toEqual([
      'Ann',
      'Ann',
      'Anna',
      'Ann',
    ]);
  });

  it('has settings of its own, kept one by one', async () => {
    const first = { ...id(), addFriend: AddFriendRule.NOBODY, hideFromIdSearch: true };
    await bob(Users, 'updateMySettings', first);
    const second = { ...id(), invite: InviteRule.ASK, hideFromIdSearch: false };
    const { settings } = await bob(Users, 'updateMySettings', second);
    const now = {
      addFriend: AddFriendRule.NOBODY,
      invite: InviteRule.ASK,
      hideFromIdSearch: false,
    };
    expect(settings).toMatchObject({ ...now, presence: PresenceRule.EVERYONE });
    expect((await bob(Users, 'getMe', {})).settings).toEqual(settings);
    expect((await told('bob')).at(-1)?.settings).toEqual(settings);
  });

  it('refuses what cannot be right, by the name of the field', async () => {
    const bad: [() => Promise<unknown>, string, string][] = [
      [() => ann(Users, 'updateMe', { nickname: 'x' }), 'INVALID_ARGUMENT', 'client_request_id'],
      [
        () => ann(Users, 'updateMe', { ...id(), nickname: 'x'.repeat(201) }),
        'INVALID_ARGUMENT',
        'nickname',
      ],
      [
        () => ann(Users, 'updateMe', { ...id(), gender: 7 as Gender }),
        'INVALID_ARGUMENT',
        'gender',
      ],
      [() => ann(Users, 'updateMe', { ...id(), handle: 'a b' }), 'INVALID_ARGUMENT', 'handle'],
      [() => bob(Users, 'updateMe', { ...id(), handle: '+4670' }), 'ALREADY_EXISTS', 'handle'],
      [
        () => ann(Users, 'updateMySettings', { ...id(), invite: 9 as InviteRule }),
        'INVALID_ARGUMENT',
        'invite',
      ],
      [() => ann(Users, 'searchUsers', { query: '' }), 'INVALID_ARGUMENT', 'query'],
      [() => ann(Users, 'searchUsers', { query: 'x', limit: 51 }), 'INVALID_ARGUMENT', 'limit'],
      [
        () => ann(Users, 'searchUsers', { query: 'x', pageToken: '?' }),
        'INVALID_ARGUMENT',
        'page_token',
      ],
    ];
    for (const [call, code, field] of bad) expect(await failureOf(call())).toEqual({ code, field });
  });
});

describe('users of a back end', () => {
  it('have every field of a profile, and learn of what was changed for them', async () => {
    const line = { userId: 'carl', nickname: 'Carl', gender: Gender.MALE, signature: 'Hej' };
    await upsert({ ...line, extra: 'x', handle: 'carl@x' });
    const { users } = await ann(Users, 'getUsers', { userIds: ['carl'] });
    expect(users).toMatchObject([{ ...line, extra: 'x' }]);
    expect(await told('carl')).toEqual([]);
    await upsert({ userId: 'carl', nickname: 'Charles' }, { userId: 'dora' });
    await upsert({ userId: 'carl', nickname: 'Charles' });
    expect(await told('carl')).toMatchObject([
      { user: { nickname: 'Charles', gender: Gender.MALE }, handle: 'carl@x' },
    ]);
  });

  it('are refused by the line at fault, and then none is written', async () => {
    const taken = upsert({ userId: 'newcomer' }, { userId: 'eve', handle: 'carl@x' });
    expect(await failureOf(taken)).toEqual({ code: 'ALREADY_EXISTS', field: 'users[1].handle' });
    const bad = upsert({ userId: 'newcomer', gender: 5 as Gender });
    expect(await failureOf(bad)).toEqual({ code: 'INVALID_ARGUMENT', field: 'users[0].gender' });
    expect((await ann(Users, 'getUsers', { userIds: ['newcomer'] })).users).toEqual([]);
  });
});

describe('a search', () => {
  it('finds by id, handle and the beginning of nicknames, where the user allows it', async () => {
    await upsert(
      { userId: 'frida', nickname: 'Frida', handle: 'frida@x' },
      { userId: 'fred', nickname: 'frid' },
      { userId: 'shy', nickname: 'Fri shy', handle: 'shy@x' },
    );
    const shy = await rig.calls(app, 'shy');
    expect(await search(ann, 'frida')).toEqual([['frida', FoundUser_By.ID]]);
    expect(await search(ann, 'frida@x')).toEqual([['frida', FoundUser_By.HANDLE]]);
    expect(await search(ann, 'FRI')).toEqual([
      ['shy', FoundUser_By.NICKNAME],
      ['fred', FoundUser_By.NICKNAME],
      ['frida', FoundUser_By.NICKNAME],
    ]);
    const hide = { hideFromNicknameSearch: true, hideFromHandleSearch: true };
    await shy(Users, 'updateMySettings', { ...id(), ...hide });
    expect((await search(ann, 'fri')).map(([userId]) => userId)).toEqual(['fred', 'frida']);
    expect(await search(ann, 'shy@x')).toEqual([]);
    expect(await search(ann, 'shy')).toEqual([['shy', FoundUser_By.ID]]);
    await shy(Users, 'updateMySettings', { ...id(), hideFromIdSearch: true });
    expect(await search(ann, 'shy')).toEqual([]);
  });

  it('goes page by page', async () => {
    const people = Array.from({ length: 5 }, (_, n) => ({
      userId: `p${n}`,
      nickname: `Paged ${n}`,
    }));
    await upsert(...people);
    const seen: (string | undefined)[] = [];
    let pageToken = '';
    do {
      const page = await ann(Users, 'searchUsers', { query: 'paged', limit: 2, pageToken });
      expect(page.users.length).toBeLessThanOrEqual(2);
      seen.push(...page.users.map(({ user }) => user?.userId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  });

  it('does not find who has blocked the searcher, until that is taken back', async () => {
    await upsert({ userId: 'gina', nickname: 'Gina', handle: 'gina@x' });
    const gina = await rig.calls(app, 'gina');
    const found = async () =>
      (await Promise.all(['gina', 'gina@x', 'gi'].map((query) => search(bob, query)))).flat()
        .length;
    expect(await found()).toBe(3);
    await gina(Friends, 'blockUser', { ...id(), userId: 'bob' });
    expect(await found()).toBe(0);
    expect(await search(ann, 'gina')).toEqual([['gina', FoundUser_By.ID]]);
    await gina(Friends, 'unblockUser', { ...id(), userId: 'bob' });
    expect(await found()).toBe(3);
  });

  it('ends at the border of the app', async () => {
    const other = await rig.createApp('other');
    const stranger = await rig.calls(other, 'stranger');
    for (const query of ['ann', '+4670', 'Ann']) expect(await search(stranger, query)).toEqual([]);
    expect((await stranger(Users, 'getUsers', { userIds: ['ann'] })).users).toEqual([]);
    // The same handle belongs to somebody else there.
    await stranger(Users, 'updateMe', { ...id(), handle: '+4670' });
  });
});
