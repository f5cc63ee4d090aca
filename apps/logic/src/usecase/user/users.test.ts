import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import type { BusinessContext, UserContext } from '../caller.js';
import { GetUsers } from './get-users.js';
import { UpsertUsers, type UserLine } from './upsert-users.js';

const base = { appId: 'demo' as AppId, requestId: 'r', signal: new AbortController().signal };
const backEnd: BusinessContext = { ...base, caller: { kind: 'business', credentialId: 'c' } };
const alice: UserContext = {
  ...base,
  caller: { kind: 'user', userId: 'alice' as UserId, deviceId: 'd' as DeviceId },
};

describe('upserting users', () => {
  const stored: unknown[] = [];
  const upsert = async (lines: UserLine[]) =>
    new UpsertUsers({
      users: {
        upsert: (appId, users) => {
          stored.push({ appId, users });
          return Promise.resolve({ created: users.length, updated: 0 });
        },
      },
    }).run(backEnd, lines);

  it('writes into the app of the credential, leaving unset fields alone', async () => {
    expect(await upsert([{ userId: 'bob', nickname: 'B' }])).toEqual({ created: 1, updated: 0 });
    expect(stored).toEqual([
      { appId: 'demo', users: [{ userId: 'bob', nickname: 'B', avatarUrl: undefined }] },
    ]);
  });

  it('names the line at fault', async () => {
    const bad: [UserLine, string][] = [
      [{ userId: 'a:b' }, 'users[1].user_id'],
      [{ userId: 'bob', nickname: 'x'.repeat(201) }, 'users[1].nickname'],
      [{ userId: 'bob', avatarUrl: 'x'.repeat(2_001) }, 'users[1].avatar_url'],
    ];
    for (const [line, field] of bad) {
      await expect(upsert([{ userId: 'ok' }, line])).rejects.toMatchObject({ field });
    }
    const many = Array.from({ length: 501 }, (_, n) => ({ userId: `u${n}` }));
    await expect(upsert(many)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'users' });
    expect(stored).toHaveLength(1);
  });
});

const nobody = {
  nickname: '',
  avatarUrl: '',
  gender: 0,
  signature: '',
  extra: '',
  updatedMs: 0,
};

describe('getting users', () => {
  const get = async (ids: string[]) =>
    new GetUsers({
      users: {
        profiles: (_app, userIds) =>
          Promise.resolve(userIds.map((userId) => ({ ...nobody, userId }))),
      },
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
