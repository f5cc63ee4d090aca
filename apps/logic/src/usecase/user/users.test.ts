import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import type { BusinessContext, UserContext } from '../caller.js';
import type { NewEntry } from '../change/ports.js';
import { GetUsers } from './get-users.js';
import type { Account, FoundUser, Profile } from './ports.js';
import { SearchUsers } from './search-users.js';
import { UpdateMe, type UpdateMeInput } from './update-me.js';
import { UpdateMySettings } from './update-my-settings.js';
import { UpsertUsers, type UserLine } from './upsert-users.js';

const base = { appId: 'demo' as AppId, requestId: 'r', signal: new AbortController().signal };
const backEnd: BusinessContext = { ...base, caller: { kind: 'business', credentialId: 'c' } };
const alice: UserContext = {
  ...base,
  caller: { kind: 'user', userId: 'alice' as UserId, deviceId: 'd' as DeviceId },
};
const options = { owner: 'logic-1', dispatchDelayMs: 3_000 };
const notices = {
  profileChanged: (account: Account) => ({
    kind: 'profileChanged',
    content: Buffer.from(account.profile.nickname),
  }),
};
const push = { pushCommit: () => undefined };
const apps = { app: () => Promise.resolve({ status: 'active', settings: appRules() } as const) };

function profile(userId: string, nickname = ''): Profile {
  const rest = { avatarUrl: '', gender: 0, signature: '', extra: '', updatedMs: 0 };
  return { userId: userId as UserId, nickname, ...rest };
}

describe('upserting users', () => {
  const stored: unknown[] = [];
  const entries: NewEntry[] = [];
  const upsert = async (lines: UserLine[]) =>
    new UpsertUsers(
      {
        users: {
          upsert: (work, users, entryOf) => {
            stored.push({ work, users });
            entries.push(entryOf({ profile: profile('bob', 'B'), settings: {}, handle: '' }));
            return Promise.resolve({ answer: { created: users.length, updated: 0 }, commit: null });
          },
        },
        notices,
        push,
        apps,
      },
      options,
    ).run(backEnd, lines);

  it('writes into the app of the credential, leaving unset fields alone', async () => {
    expect(await upsert([{ userId: 'bob', nickname: 'B' }])).toEqual({ created: 1, updated: 0 });
    const line = { userId: 'bob', field: 'users[0].', nickname: 'B' };
    const work = { ...options, appId: 'demo', request: null };
    expect(stored).toMatchObject([{ work, users: [line] }]);
  });

  it('tells users in the name of the system, where no chat shows it', () => {
    const sender = { kind: 'system', id: '' };
    expect(entries).toMatchObject([{ sender, countable: false, shown: false }]);
  });

  it('names the line at fault', async () => {
    const bad: [UserLine, string][] = [
      [{ userId: 'a:b' }, 'users[1].user_id'],
      [{ userId: 'bob', nickname: 'x'.repeat(201) }, 'users[1].nickname'],
      [{ userId: 'bob', avatarUrl: 'x'.repeat(2_001) }, 'users[1].avatar_url'],
      [{ userId: 'bob', signature: 'x'.repeat(201) }, 'users[1].signature'],
      [{ userId: 'bob', extra: 'é'.repeat(2_049) }, 'users[1].extra'],
      [{ userId: 'bob', gender: 4 }, 'users[1].gender'],
      [{ userId: 'bob', gender: -1 }, 'users[1].gender'],
      [{ userId: 'bob', handle: 'ab' }, 'users[1].handle'],
      [{ userId: 'bob', handle: 'a b c' }, 'users[1].handle'],
    ];
    for (const [line, field] of bad) {
      await expect(upsert([{ userId: 'ok' }, line])).rejects.toMatchObject({ field });
    }
    const many = Array.from({ length: 501 }, (_, n) => ({ userId: `u${n}` }));
    await expect(upsert(many)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'users' });
    expect(stored).toHaveLength(1);
    const longest = { userId: 'bob', nickname: '渡'.repeat(200), extra: 'x'.repeat(4_096) };
    expect(await upsert([{ ...longest, handle: '' }])).toEqual({ created: 1, updated: 0 });
  });
});

describe('an own account', () => {
  const before: Account = {
    profile: profile('alice', 'Alice'),
    settings: { invite: 'ask', hideFromIdSearch: true },
    handle: 'al@x',
  };
  const plans: unknown[] = [];
  const deps = {
    users: {
      change: (work: { userId: string }, decide: (account: Account) => { patch: unknown }) => {
        const { patch } = decide(before);
        plans.push({ userId: work.userId, patch });
        return Promise.resolve({ answer: before, commit: null });
      },
    },
    notices,
    push,
  } as unknown as ConstructorParameters<typeof UpdateMe>[0];
  const update = (input: Partial<UpdateMeInput>) =>
    new UpdateMe(deps, options).run(alice, { clientRequestId: 'q', ...input });

  it('is changed by its owner in what is set', async () => {
    await update({ nickname: '', handle: '+4670' });
    expect(plans.pop()).toEqual({ userId: 'alice', patch: { nickname: '', handle: '+4670' } });
  });

  it('keeps settings that are left out, and takes false for a value', async () => {
    const settings = new UpdateMySettings(deps, options);
    const patch = { addFriend: undefined, invite: 'anyone', presence: undefined } as const;
    const hide = { hideFromNicknameSearch: undefined, hideFromHandleSearch: undefined };
    const given = { ...patch, ...hide, hideFromIdSearch: false };
    await settings.run(alice, { clientRequestId: 'q', patch: given });
    const now = { invite: 'anyone', hideFromIdSearch: false };
    expect(plans.pop()).toEqual({ userId: 'alice', patch: { settings: now } });
  });

  it('refuses what is malformed, by the name of the field', async () => {
    await expect(update({ gender: 9 })).rejects.toMatchObject({ field: 'gender' });
    await expect(update({ handle: 'x' })).rejects.toMatchObject({ field: 'handle' });
    await expect(update({ clientRequestId: '' })).rejects.toMatchObject({
      field: 'client_request_id',
    });
  });
});

describe('getting users', () => {
  const get = async (ids: string[]) =>
    new GetUsers({
      users: { profiles: (_app, userIds) => Promise.resolve(userIds.map((id) => profile(id))) },
    }).run(alice, ids);

  it('asks once for each', async () => {
    expect(await get(['bob', 'bob', 'carol'])).toHaveLength(2);
  });

  it('refuses malformed ids and too many', async () => {
    await expect(get(['bob', ''])).rejects.toMatchObject({ field: 'user_ids[1]' });
    const many = Array.from({ length: 101 }, (_, n) => `u${n}`);
    await expect(get(many)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'user_ids' });
  });
});

describe('searching users', () => {
  const found = (userId: string, by: FoundUser['by']): FoundUser => ({
    profile: profile(userId),
    by,
  });
  const asked: unknown[] = [];
  const search = (input: Partial<Parameters<SearchUsers['run']>[1]>) =>
    new SearchUsers({
      users: {
        findExactly: () => Promise.resolve([found('bob', 'id')]),
        findByName: (_app, { after, limit }) => {
          asked.push({ after, limit });
          const users = [found('bob', 'nickname'), found('zoe', 'nickname')];
          const next = after === null ? { name: 'Zoe', userId: 'zoe' } : null;
          return Promise.resolve({ users, next });
        },
      },
    }).run(alice, { query: 'bob', pageToken: '', limit: 0, ...input });
  const names = ({ users }: { users: FoundUser[] }) =>
    users.map((user) => `${user.profile.userId} ${user.by}`);

  it('shows who has the id first, on the first page, and nobody twice', async () => {
    const first = await search({});
    expect(names(first)).toEqual(['bob id', 'zoe nickname']);
    const second = await search({ pageToken: first.nextPageToken, limit: 50 });
    expect(names(second)).toEqual(['zoe nickname']);
    expect(second.nextPageToken).toBe('');
    const after = { name: 'Zoe', userId: 'zoe' };
    expect(asked).toEqual([
      { after: null, limit: 20 },
      { after, limit: 50 },
    ]);
  });

  it('refuses what is malformed', async () => {
    await expect(search({ query: '' })).rejects.toMatchObject({ field: 'query' });
    await expect(search({ query: 'x'.repeat(101) })).rejects.toMatchObject({ field: 'query' });
    await expect(search({ limit: 51 })).rejects.toMatchObject({ field: 'limit' });
    await expect(search({ pageToken: 'x' })).rejects.toMatchObject({ field: 'page_token' });
  });
});
