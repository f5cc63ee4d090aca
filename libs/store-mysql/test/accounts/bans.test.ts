import { DomainError, parseDeviceId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BANS_SQL } from '../../src/account/ban-store.js';
import type { Database, Revoker } from '../../src/index.js';
import { app, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
const phone = parseDeviceId('phone');

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  await rig.rows(
    "INSERT INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'd', '{}', 1)",
  );
});
afterAll(() => rig.stop());
beforeEach(async () => {
  for (const table of ['revocations', 'bans', 'users']) await rig.rows(`DELETE FROM ${table}`);
  for (const name of ['ann', 'bob']) await database.users.ensure(app, user(name));
});

const as = (requestId: string): Revoker => ({
  request: { actor: { kind: 'system', id: '' }, requestId, method: 'BanUser' },
});
const ban = (name: string, untilMs = 0, revoker: Revoker = {}) =>
  database.bans.ban(app, { userId: user(name), untilMs, reason: 'spam' }, revoker);
const standing = (name: string) => database.revocations.standing(app, user(name), phone, '');
const listed = async (afterId = '', limit = 10) =>
  (await database.bans.bans(app, { afterId, limit })).map(({ userId }) => userId);
const nowMs = async () => (await database.revocations.since(0, null)).nowMs;

/** Longer on a machine that stands still meanwhile. */
async function soonOver(lastsMs = 300): ReturnType<typeof ban> {
  try {
    return await ban('ann', (await nowMs()) + lastsMs, as('r1'));
  } catch (error) {
    if (error instanceof DomainError && error.field === 'until_ms') return soonOver(2 * lastsMs);
    throw error;
  }
}

async function untilOver(made: Awaited<ReturnType<typeof ban>>): Promise<void> {
  while ((await nowMs()) <= (made?.untilMs ?? 0)) await rig.rows('DO SLEEP(0.1)');
}

describe('a ban', () => {
  it('for ever runs until it is lifted, and tells feeds once', async () => {
    const made = await ban('ann');
    expect(made).toMatchObject({ userId: 'ann', untilMs: 0, reason: 'spam' });
    expect(await standing('ann')).toMatchObject({ banned: true, bannedMs: made?.bannedMs });
    expect(await standing('bob')).toMatchObject({ banned: false, bannedMs: 0 });
    expect((await database.revocations.since(0, null)).rows).toMatchObject([
      { userId: 'ann', deviceId: null, tokenId: null, banned: true, revokedMs: made?.bannedMs },
    ]);
    expect(await database.bans.unban(app, user('ann'), {})).toBe(true);
    // Sessions that begin now know of it, so that what feeds repeat does not end them.
    expect(await standing('ann')).toMatchObject({ banned: false, bannedMs: made?.bannedMs });
    expect((await database.revocations.since(0, null)).rows).toHaveLength(1);
    expect(await listed()).toEqual([]);
  });

  it('ends by itself at its time', async () => {
    await ban('ann', (await nowMs()) + 60_000);
    expect(await standing('ann')).toMatchObject({ banned: true });
    await rig.rows('UPDATE bans SET until_ms = until_ms - 60000');
    expect(await standing('ann')).toMatchObject({ banned: false });
    expect(await listed()).toEqual([]);
  });

  it('has to end in the future, by the clock of the database', async () => {
    const past = (await nowMs()) - 1;
    await expect(ban('ann', past)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'until_ms',
    });
    expect(await rig.rows('SELECT * FROM bans')).toEqual([]);
    // What was asked for before the time came gets its answer also after it.
    const first = await soonOver();
    await untilOver(first);
    expect(await ban('ann', first?.untilMs, as('r1'))).toEqual(first);
  });

  it('that is asked for twice does not end who was let in since', async () => {
    const first = await ban('ann', 0, as('r2'));
    await database.bans.unban(app, user('ann'), {});
    expect(await ban('ann', 0, as('r2'))).toEqual(first);
    expect(await standing('ann')).toMatchObject({ banned: false });
    expect((await database.revocations.since(0, null)).rows).toHaveLength(1);
  });

  it('is of users that there are', async () => {
    expect(await ban('nobody')).toBeNull();
    expect(await database.bans.unban(app, user('nobody'), {})).toBe(false);
    expect(await database.bans.unban(app, user('bob'), {})).toBe(true);
    expect((await database.revocations.since(0, null)).rows).toEqual([]);
  });

  it('replaces the one that runs', async () => {
    await ban('ann');
    const untilMs = (await nowMs()) + 60_000;
    await ban('ann', untilMs);
    expect(await database.bans.bans(app, { afterId: '', limit: 10 })).toMatchObject([{ untilMs }]);
  });
});

it('bans are listed by user, in pages, from an index', async () => {
  for (const name of ['bob', 'ann']) await ban(name);
  expect(await listed()).toEqual(['ann', 'bob']);
  expect(await listed('', 1)).toEqual(['ann']);
  expect(await listed('ann', 1)).toEqual(['bob']);
  const [plan] = await rig.rows<{ key: string }>(`EXPLAIN FORMAT=TRADITIONAL ${BANS_SQL}`, [
    app,
    '',
    10,
  ]);
  expect(plan?.key).toBe('PRIMARY');
});

it('who is being erased is nobody', async () => {
  const again = as('before');
  const first = await ban('ann', 0, again);
  await database.erasures.begin(app, { userId: user('ann'), keepMessages: false }, {});
  expect(await ban('ann')).toBeNull();
  expect(await ban('ann', 0, again)).toEqual(first);
  expect(await database.bans.unban(app, user('ann'), {})).toBe(false);
  expect(await database.revocations.signOutUser(app, user('ann'))).toBe(false);
  const token = { userId: user('ann'), tokenId: 't', expiresMs: null };
  expect(await database.revocations.revokeToken(app, token, {})).toBe(false);
  await rig.rows('DELETE FROM erasures');
});

it('accounts are read with when they were made and whether they are banned', async () => {
  await ban('ann');
  const records = await database.bans.accounts(app, ['ann', 'bob', 'nobody', 'ann'].map(user));
  expect(records).toHaveLength(2);
  const [ann, bob] = ['ann', 'bob'].map((name) =>
    records.find(({ account }) => account.profile.userId === name),
  );
  expect(ann).toMatchObject({ ban: { untilMs: 0, reason: 'spam' } });
  expect(bob?.ban).toBeNull();
  expect(bob?.createdMs).toBeGreaterThan(0);
});

it('bans that ended long ago are pruned', async () => {
  await ban('ann');
  await ban('bob', (await nowMs()) + 60_000);
  await rig.rows("UPDATE bans SET until_ms = until_ms - 26 * 3600000 WHERE user_id = 'bob'");
  expect(await database.bans.prune(10)).toBe(1);
  expect(await listed()).toEqual(['ann']);
});
