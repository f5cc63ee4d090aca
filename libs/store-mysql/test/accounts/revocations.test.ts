import { parseAppId, parseDeviceId, type DeviceId } from '@queqiao/domain';
import { systemClock } from '@queqiao/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  DEVICES_LIST_MAX,
  REVOCATION_KEPT_MS,
  REVOCATION_MAX_WRITE_MS,
  REVOCATION_OVERLAP_MS,
  REVOCATION_PAGE_ROWS,
  TransientStoreError,
  type Database,
} from '../../src/index.js';
import { STANDING_SQL } from '../../src/account/standing.js';
import { CuttingProxy } from '../rig/cutting-proxy.js';
import { app, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());
beforeEach(async () => {
  for (const table of ['revocations', 'revoked_tokens', 'app_revocations', 'devices', 'users'])
    await rig.rows(`DELETE FROM ${table}`);
  await database.users.ensure(app, user('ann'));
});

const other = parseAppId('other');
const [phone, tablet] = [parseDeviceId('phone'), parseDeviceId('tablet')];

function signIn(deviceId: DeviceId, appId = app): Promise<void> {
  const texts = { platform: 'ios', brand: 'b', model: 'm', osVersion: '1', appVersion: '2' };
  return database.devices.recordSignIn(appId, user('ann'), { deviceId, ...texts }, 1);
}

async function signedOutMs(deviceId: DeviceId, appId = app): Promise<number> {
  return (await database.revocations.standing(appId, user('ann'), deviceId, '')).signedOutMs;
}

/** Rows of long ago or to come, relative to the database's clock. */
async function plant(count: number, ageMs: number): Promise<void> {
  const { nowMs } = await database.revocations.since(0, null);
  const rows = Array.from({ length: count }, (_, n) => `(${nowMs - ageMs}, 'demo', 'u${n}', '')`);
  const columns = 'revoked_ms, app_id, user_id, device_id';
  await rig.rows(`INSERT INTO revocations (${columns}) VALUES ${rows.join()}`);
}

describe('signing out', () => {
  it('one device covers only that one, in its app', async () => {
    await signIn(phone);
    await signIn(tablet);
    await database.users.ensure(other, user('ann'));
    await signIn(phone, other);
    expect(await database.revocations.signOutDevice(app, user('ann'), phone)).toBe(true);
    const { rows, nowMs, more, tooOld } = await database.revocations.since(0, null);
    expect(rows).toMatchObject([{ appId: app, userId: 'ann', deviceId: 'phone' }]);
    expect({ more, tooOld }).toEqual({ more: false, tooOld: false });
    const revokedMs = await signedOutMs(phone);
    expect(revokedMs).toBe(rows[0]?.revokedMs);
    expect(revokedMs).toBeLessThanOrEqual(nowMs);
    expect(await signedOutMs(tablet)).toBe(0);
    expect(await signedOutMs(phone, other)).toBe(0);
  });

  it('says when there is no such device or user, and then leaves nothing behind', async () => {
    expect(await database.revocations.signOutDevice(app, user('ann'), phone)).toBe(false);
    expect(await database.revocations.signOutUser(app, user('nobody'))).toBe(false);
    expect((await database.revocations.since(0, null)).rows).toEqual([]);
  });

  it('a user covers every device, also one that has never signed in', async () => {
    await signIn(phone);
    expect(await database.revocations.signOutUser(app, user('ann'))).toBe(true);
    const { rows } = await database.revocations.since(0, null);
    expect(rows).toMatchObject([{ userId: 'ann', deviceId: null }]);
    for (const device of [phone, tablet]) {
      const revokedMs = await signedOutMs(device);
      expect(revokedMs).toBe(rows[0]?.revokedMs);
    }
  });

  it('that took longer than the overlap allows is written again, and given up in the end', async () => {
    await signIn(phone);
    let [stepMs, lagMs] = [REVOCATION_MAX_WRITE_MS + 1, 0];
    const monotonic = (): number => systemClock.monotonic() + (lagMs += stepMs);
    const late = rig.open({ clock: { ...systemClock, monotonic } });
    await expect(late.revocations.signOutDevice(app, user('ann'), phone)).rejects.toThrow(
      TransientStoreError,
    );
    const { rows } = await database.revocations.since(0, null);
    expect(rows.length).toBeGreaterThan(1);
    stepMs = 0;
    expect(await late.revocations.signOutDevice(app, user('ann'), phone)).toBe(true);
    const after = await database.revocations.since(0, null);
    expect(after.rows).toHaveLength(rows.length + 1);
  });
});

it('a sign-out that took too long is written again, also when nobody waits for it any more', async () => {
  const proxy = await CuttingProxy.start(rig.created.url);
  // From the first COMMIT on.
  const clock = {
    ...systemClock,
    monotonic: () =>
      systemClock.monotonic() + (proxy.commits > 0 ? REVOCATION_MAX_WRITE_MS + 1 : 0),
  };
  const signal = {
    get aborted() {
      return proxy.commits > 0;
    },
  };
  const late = rig.open({ url: proxy.url, clock });
  const { revocations } = late.whileWanted(signal);
  expect(await revocations.signOutUser(app, user('ann'))).toBe(true);
  expect((await database.revocations.since(0, null)).rows).toHaveLength(2);
  await late.close();
  await proxy.stop();
});

describe('ending a token', () => {
  const call = (tokenId: string, expiresMs: number | null = null, requestId = '') =>
    database.revocations.revokeToken(
      app,
      { userId: user('ann'), tokenId, expiresMs },
      requestId === ''
        ? {}
        : { request: { actor: { kind: 'system', id: '' }, requestId, method: 'RevokeToken' } },
    );
  const standing = (tokenId: string) =>
    database.revocations.standing(app, user('ann'), phone, tokenId);

  it('covers that one alone, and signs nobody out', async () => {
    expect(await call('t1')).toBe(true);
    expect(await standing('t1')).toMatchObject({ signedOutMs: 0, tokenRevoked: true });
    expect(await standing('t2')).toMatchObject({ signedOutMs: 0, tokenRevoked: false });
    expect(await standing('')).toMatchObject({ signedOutMs: 0, tokenRevoked: false });
    const { rows } = await database.revocations.since(0, null);
    expect(rows).toMatchObject([{ userId: 'ann', deviceId: null, tokenId: 't1' }]);
  });

  it('is told to nobody who would take it for a sign-out', async () => {
    await call('t1');
    await database.revocations.signOutUser(app, user('ann'));
    const { rows } = await database.revocations.since(0, null, { withTokens: false });
    expect(rows).toMatchObject([{ userId: 'ann', deviceId: null, tokenId: null }]);
  });

  it('by a request that is repeated is told once', async () => {
    for (let n = 0; n < 3; n += 1) expect(await call('t1', null, 'r1')).toBe(true);
    expect((await database.revocations.since(0, null)).rows).toHaveLength(1);
  });

  it('needs the user where nobody vouches for the token', async () => {
    const token = { userId: user('nobody'), tokenId: 't1' };
    const revoke = (expiresMs: number | null) =>
      database.revocations.revokeToken(app, { ...token, expiresMs }, {});
    expect([await revoke(null), await revoke(Date.now() + 60_000)]).toEqual([false, true]);
  });

  it('is kept until a day after the end of the token, or for very long', async () => {
    const { nowMs } = await database.revocations.since(0, null);
    await call('past', nowMs - 25 * 60 * 60 * 1_000);
    await call('late', nowMs - 23 * 60 * 60 * 1_000);
    await call('unknown');
    await rig.rows(
      "INSERT IGNORE INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'd', '{}', 1)",
    );
    expect(await database.revocations.prune(10)).toBe(1);
    const kept = await rig.rows('SELECT token_id FROM revoked_tokens ORDER BY token_id');
    expect(kept).toMatchObject([{ token_id: 'late' }, { token_id: 'unknown' }]);
  });
});

describe('the feed', () => {
  it('repeats the overlap before the last answer, and nothing older', async () => {
    await plant(1, REVOCATION_OVERLAP_MS + 10_000);
    await plant(1, REVOCATION_OVERLAP_MS - 10_000);
    const first = await database.revocations.since(0, null);
    expect(first.rows).toHaveLength(1);
    // A commit that became visible only after the answer although its time is before it.
    await rig.rows(
      'INSERT INTO revocations (revoked_ms, app_id, user_id, device_id) VALUES (?, ?, ?, ?)',
      [first.nowMs - REVOCATION_MAX_WRITE_MS, 'demo', 'late', ''],
    );
    const second = await database.revocations.since(first.nowMs, null);
    expect(second.rows.map(({ userId }) => userId)).toContain('late');
  });

  it('is paged, also within one millisecond', async () => {
    await plant(REVOCATION_PAGE_ROWS + 3, 1_000);
    const first = await database.revocations.since(0, null);
    expect([first.rows.length, first.more]).toEqual([REVOCATION_PAGE_ROWS, true]);
    const second = await database.revocations.since(0, first.rows.at(-1) ?? null);
    expect([second.rows.length, second.more]).toEqual([3, false]);
    const all = [...first.rows, ...second.rows].map(({ userId }) => userId);
    expect(new Set(all).size).toBe(REVOCATION_PAGE_ROWS + 3);
  });

  it('says when it does not reach back far enough, and keeps until then', async () => {
    await plant(2, REVOCATION_KEPT_MS + 2 * 60 * 60 * 1_000);
    await plant(1, REVOCATION_KEPT_MS - 60_000);
    const { nowMs } = await database.revocations.since(0, null);
    const old = await database.revocations.since(nowMs - REVOCATION_KEPT_MS, null);
    expect(old.tooOld).toBe(true);
    const young = await database.revocations.since(nowMs - REVOCATION_KEPT_MS / 2, null);
    expect(young.tooOld).toBe(false);
    expect(await database.revocations.prune(10)).toBe(2);
    expect(await database.revocations.prune(10)).toBe(0);
    expect(await rig.rows('SELECT * FROM revocations')).toHaveLength(1);
  });

  it('and the check of a token are reads of an index', async () => {
    await signIn(phone);
    await plant(50, REVOCATION_KEPT_MS);
    const plans = [
      ...(await rig.rows<{ type: string; key: string }>(
        `EXPLAIN FORMAT=TRADITIONAL SELECT * FROM revocations WHERE (token_id = '' OR 1 = 1) AND revoked_ms >= ?
         AND (revoked_ms, app_id, user_id, device_id, token_id, banned) > (?, '', '', '', '', 0)
         ORDER BY revoked_ms, app_id, user_id, device_id, token_id, banned LIMIT 501`,
        [1, 1],
      )),
      ...(await rig.rows<{ type: string; key: string }>(
        `EXPLAIN FORMAT=TRADITIONAL ${STANDING_SQL}`,
        'demo ann demo ann phone demo ann t1 demo ann demo ann demo ann'.split(' '),
      )),
    ].filter(({ key }) => key !== null);
    expect(plans.map(({ key }) => key)).toEqual(plans.map(() => 'PRIMARY'));
    for (const { type } of plans.slice(1)) expect(type).toBe('const');
  });
});

it('devices are listed by when they were last seen, at most so many', async () => {
  for (let n = 0; n < DEVICES_LIST_MAX + 5; n += 1) await signIn(parseDeviceId(`d${n}`));
  await rig.rows("UPDATE devices SET last_seen_ms = last_seen_ms + 1000000 WHERE device_id = 'd3'");
  const devices = await database.devices.list(app, user('ann'));
  expect(devices).toHaveLength(DEVICES_LIST_MAX);
  expect(devices[0]).toMatchObject({ deviceId: 'd3', brand: 'b', platform: 'ios' });
  const seen = devices.map(({ lastSeenMs }) => lastSeenMs);
  expect(seen).toEqual([...seen].sort((a, b) => b - a));
});

describe('apps and keys', () => {
  /** Relative to the database's clock. */
  async function plantApp(ageMs: number, kid: string): Promise<void> {
    const { nowMs } = await database.revocations.since(0, null);
    await rig.rows('INSERT INTO app_revocations VALUES (?, ?, ?)', [nowMs - ageMs, app, kid]);
  }

  it('stand beside the first page; a key whose time is to come is not told of', async () => {
    await plantApp(0, '');
    await plantApp(0, 'k1');
    await plantApp(-60_000, 'k2');
    await plant(REVOCATION_PAGE_ROWS + 1, 0);
    const first = await database.revocations.since(0, null);
    expect(first.apps).toMatchObject([
      { appId: app, keyId: null },
      { appId: app, keyId: 'k1' },
    ]);
    const second = await database.revocations.since(0, first.rows.at(-1) ?? null);
    expect([second.rows.length, second.apps]).toEqual([1, []]);
  });

  it('are told again for the overlap, and then no more', async () => {
    await plantApp(REVOCATION_OVERLAP_MS - 10_000, 'near');
    await plantApp(REVOCATION_OVERLAP_MS + 1, 'far');
    const { apps } = await database.revocations.since(0, null);
    expect(apps.map(({ keyId }) => keyId)).toEqual(['near']);
  });

  it('more than fit may have been missed', async () => {
    const { nowMs } = await database.revocations.since(0, null);
    const rows = Array.from({ length: REVOCATION_PAGE_ROWS + 1 }, (_, n) => [nowMs, app, `k${n}`]);
    await rig.rows(
      `INSERT INTO app_revocations VALUES ${rows.map(() => '(?, ?, ?)').join()}`,
      rows.flat(),
    );
    const { apps, tooOld } = await database.revocations.since(0, null);
    expect([apps.length, tooOld]).toEqual([REVOCATION_PAGE_ROWS, true]);
  });

  it('are pruned by age', async () => {
    await plantApp(REVOCATION_KEPT_MS + 2 * 60 * 60 * 1_000, 'old');
    await plantApp(REVOCATION_KEPT_MS - 1_000, 'kept');
    expect(await database.revocations.prune(10)).toBe(1);
    expect(await rig.rows('SELECT kid FROM app_revocations')).toMatchObject([{ kid: 'kept' }]);
  });
});
