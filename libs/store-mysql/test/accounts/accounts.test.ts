import { parseAppId, parseDeviceId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultAppSettings, type Database } from '../../src/index.js';
import { app, StoreRig, user } from '../rig/store-rig.js';

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
    const usage = { users: 0, groups: 0, entries: 0, countedMs: 0 };
    const facts = { appId: app, name: 'Démo 🌉', status: 'active', suspendedMs: 0 };
    expect(await database.apps.app(app)).toEqual({ ...facts, settings, usage });
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
      scopes: ['read', 'write', 'admin'],
    });
    await database.apps.addCredential(app, 'c2', hash, ['write']);
    expect((await database.apps.credential(app, 'c2'))?.scopes).toEqual(['write']);
    expect(await database.apps.revokeCredential(app, 'c1')).toBe(true);
    expect((await database.apps.credential(app, 'c1'))?.revoked).toBe(true);
    expect(await database.apps.credential(other, 'c1')).toBeNull();
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
