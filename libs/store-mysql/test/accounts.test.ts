import { parseAppId, parseDeviceId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultAppSettings, type Database } from '../src/index.js';
import { app, StoreRig, user } from './store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

describe('apps', () => {
  it('start with the defaults and keep only what was set', async () => {
    expect(await database.apps.createApp(app, 'Démo 🌉')).toBe(true);
    expect(await database.apps.createApp(app, 'again')).toBe(false);
    const settings = defaultAppSettings();
    const record = { appId: app, name: 'Démo 🌉', status: 'active', settings };
    expect(await database.apps.app(app)).toEqual(record);
    expect(await database.apps.setSettings(app, { maxTextBytes: 10 })).toBe(true);
    expect(await database.apps.storedSettings(app)).toEqual({ maxTextBytes: 10 });
    expect((await database.apps.app(app))?.settings).toEqual({ ...settings, maxTextBytes: 10 });
    await expect(database.apps.setSettings(app, { maxTextBytes: 0 })).rejects.toThrow(
      'maxTextBytes',
    );
    expect(await database.apps.app(parseAppId('DEMO'))).toBeNull();
  });

  it('are suspended and resumed, and say when they do not exist', async () => {
    expect(await database.apps.setStatus(app, 'suspended')).toBe(true);
    expect((await database.apps.app(app))?.status).toBe('suspended');
    // The same again finds the row although it changes nothing.
    expect(await database.apps.setStatus(app, 'suspended')).toBe(true);
    expect(await database.apps.setStatus(parseAppId('none'), 'active')).toBe(false);
    expect(await database.apps.storedSettings(parseAppId('none'))).toBeNull();
  });

  it('keep keys and credentials apart from those of other apps', async () => {
    const secret = Buffer.from([0, 255, 39, 92]);
    await database.apps.addKey(app, { alg: 'HS256', kid: 'k1', secret });
    await database.apps.addKey(app, { alg: 'EdDSA', kid: 'k2', publicJwk: '{"kty":"OKP"}' });
    expect(await database.apps.addKey(app, { alg: 'HS256', kid: 'k1', secret })).toBe(false);
    expect(await database.apps.retireKey(app, 'k2')).toBe(true);
    expect(await database.apps.signingKey(app, 'k1')).toEqual({
      alg: 'HS256',
      kid: 'k1',
      retired: false,
      secret,
    });
    expect(await database.apps.signingKey(app, 'k2')).toMatchObject({
      alg: 'EdDSA',
      retired: true,
      publicJwk: '{"kty":"OKP"}',
    });
    const other = parseAppId('other');
    expect(await database.apps.signingKey(other, 'k1')).toBeNull();
    const hash = Buffer.alloc(32, 7);
    expect(await database.apps.addCredential(app, 'c1', hash)).toBe(true);
    expect(await database.apps.credential(app, 'c1')).toEqual({
      credentialId: 'c1',
      secretHash: hash,
      revoked: false,
    });
    expect(await database.apps.revokeCredential(app, 'c1')).toBe(true);
    expect((await database.apps.credential(app, 'c1'))?.revoked).toBe(true);
    expect(await database.apps.credential(other, 'c1')).toBeNull();
  });
});

describe('users', () => {
  it('are created and updated, and what is left out stays', async () => {
    const upsert = (users: Parameters<Database['users']['upsert']>[1]) =>
      database.users.upsert(app, users);
    const [a, b, c] = [user('a'), user('b'), user('c')];
    expect(await upsert([{ userId: a, nickname: 'A', avatarUrl: 'x' }, { userId: b }])).toEqual({
      created: 2,
      updated: 0,
    });
    const second = [
      { userId: a, nickname: 'AA' },
      { userId: b, avatarUrl: 'y' },
      { userId: c, nickname: '渡' },
      { userId: a, avatarUrl: '' },
    ];
    expect(await upsert(second)).toEqual({ created: 1, updated: 2 });
    const profiles = await database.users.profiles(app, [a, b, c, user('none')]);
    expect(profiles.sort((x, y) => (x.userId < y.userId ? -1 : 1))).toMatchObject([
      { userId: 'a', nickname: 'AA', avatarUrl: '' },
      { userId: 'b', nickname: '', avatarUrl: 'y' },
      { userId: 'c', nickname: '渡', avatarUrl: '' },
    ]);
    expect(await database.users.existing(app, [a, user('A')])).toEqual(new Set(['a']));
    expect(await database.users.existing(parseAppId('other'), [a])).toEqual(new Set());
  });

  it('exist from their first sign-in on', async () => {
    const results = await Promise.all([1, 2, 3].map(() => database.users.ensure(app, user('new'))));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await database.users.ensure(app, user('new'))).toBe(false);
  });

  it('come at most 500 at a time', async () => {
    const users = Array.from({ length: 501 }, (_, index) => ({ userId: user(`u${index}`) }));
    await expect(async () => database.users.upsert(app, users)).rejects.toThrow('UPSERT_MAX_USERS');
    expect(await database.users.upsert(app, users.slice(1))).toEqual({ created: 500, updated: 0 });
  });
});

it('a device keeps what its latest sign-in said', async () => {
  const deviceId = parseDeviceId('d1');
  const details = {
    deviceId,
    platform: 'android',
    brand: 'b',
    model: 'm',
    osVersion: '1',
    appVersion: '1',
  };
  await database.devices.recordSignIn(app, user('a'), details, 5);
  await database.devices.recordSignIn(app, user('a'), { ...details, osVersion: '2' }, 6);
  await database.devices.recordSignIn(app, user('a'), { ...details, osVersion: '0' }, 4);
  await database.devices.touch(app, user('a'), deviceId);
  const devices = await database.devices.list(app, user('a'));
  expect(devices).toMatchObject([{ ...details, osVersion: '2', generation: 6 }]);
  expect(devices[0]?.lastSeenMs).toBeGreaterThanOrEqual(devices[0]?.createdMs ?? Infinity);
  expect(await database.devices.list(app, user('b'))).toEqual([]);
});

it('the log epoch of a new deployment is 1', async () => {
  expect(await database.epoch.logEpoch()).toBe(1);
});
