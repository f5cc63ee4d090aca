import { DomainError, parseAppId, SCOPES, type Scope } from '@queqiao/domain';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHOD_SCOPES } from '../../src/api/index.js';
import { grpcDoor, methodPaths } from '../rig/any-door.js';
import { ApiRig } from '../rig/api-rig.js';
import { credentialWith } from '../rig/credential-with.js';

let rig: ApiRig;
let app: TestApp;
let token: string;
/** By the one scope that each has, and by the one that each has not. */
const only = new Map<Scope, string>();
const without = new Map<Scope, string>();

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  const rival = await rig.createApp('rival');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob');
  await rig.backEnd(`Bearer ${rival.credential}`).upsert('mallory', 'alice');
  token = await app.token('alice');
  for (const scope of SCOPES) {
    const others = SCOPES.filter((other) => other !== scope);
    only.set(scope, await credentialWith(rig, app, [scope]));
    without.set(scope, await credentialWith(rig, app, others));
  }
});
afterAll(() => rig.stop());

/** `OK`, or everything about the error but its request id, of an empty request. */
async function answer(
  bearer: string | undefined,
  path: string,
  metadata: Record<string, string>,
): Promise<string> {
  const door = grpcDoor(rig, { authorization: `Bearer ${bearer}`, ...metadata });
  try {
    await door.raw(path, new Uint8Array());
    return 'OK';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return `${error.code} ${error.field}: ${error.message}`;
  } finally {
    door.close();
  }
}

const asAlice = { 'queqiao-user': 'alice' };

describe.each(methodPaths('user'))('%s on behalf of a user', (path) => {
  const needed = METHOD_SCOPES.get(path) ?? 'read';

  it('answers as it does the user', async () => {
    const own = await answer(token, path, { 'queqiao-device': 'phone' });
    expect(own).toMatch(/^(OK|INVALID_ARGUMENT .*)$/);
    expect(own).not.toContain('queqiao-');
    expect(await answer(only.get(needed), path, asAlice)).toBe(own);
    const asDevice = { ...asAlice, 'queqiao-device': 'phone' };
    expect(await answer(only.get(needed), path, asDevice)).toBe(own);
  });

  it('takes a credential of its scope alone', async () => {
    expect(METHOD_SCOPES.has(path)).toBe(true);
    expect(await answer(without.get(needed), path, asAlice)).toBe(
      `PERMISSION_DENIED authorization: the credential does not have the scope ${needed}`,
    );
  });

  it('asks for a user that the app has', async () => {
    const said = async (userId: string) => {
      const text = await answer(app.credential, path, { 'queqiao-user': userId });
      return text.replaceAll(userId, 'X');
    };
    expect(await said('nobody')).toBe('NOT_FOUND queqiao-user: there is no user X');
    expect(await said('mallory')).toBe(await said('nobody'));
    const bad = /^INVALID_ARGUMENT queqiao-user: /;
    expect(await answer(app.credential, path, {})).toMatch(bad);
    expect(await answer(app.credential, path, { 'queqiao-user': 'a:b' })).toMatch(bad);
  });

  it('takes no other proof of who calls', async () => {
    const own = { ...asAlice, 'queqiao-device': 'phone' };
    expect(await answer(token, path, own)).toMatch(/^INVALID_ARGUMENT queqiao-user: /);
    expect(await answer(`${app.credential}x`, path, asAlice)).toMatch(/^UNAUTHENTICATED /);
    expect(await answer(rig.operator.bearer, path, asAlice)).toMatch(/^UNAUTHENTICATED /);
    const swapped = app.credential.replace('.demo.', '.rival.');
    expect(await answer(swapped, path, asAlice)).toMatch(/^UNAUTHENTICATED /);
  });
});

it('one user is meant: two are none', async () => {
  const path = 'queqiao.client.v1.UserService/GetMe';
  // What two headers of a name are on their way.
  const both = { 'queqiao-user': 'alice, bob' };
  expect(await answer(app.credential, path, both)).toMatch(/^INVALID_ARGUMENT queqiao-user: /);
  const device = { ...asAlice, 'queqiao-device': 'a:b' };
  expect(await answer(app.credential, path, device)).toMatch(/^INVALID_ARGUMENT queqiao-device: /);
});

it('a call on behalf makes no user, where a token does', async () => {
  const path = 'queqiao.client.v1.UserService/GetMe';
  const late = { 'queqiao-user': 'late' };
  expect(await answer(app.credential, path, late)).toMatch(/^NOT_FOUND /);
  expect(await answer(await app.token('late'), path, { 'queqiao-device': 'd' })).toBe('OK');
  expect(await answer(app.credential, path, late)).toBe('OK');
});

it('a suspended app’s users are called for no more', async () => {
  const paused = await rig.createApp('paused');
  await rig.backEnd(`Bearer ${paused.credential}`).upsert('alice');
  const stopped = await rig.createApp('stopped');
  await rig.backEnd(`Bearer ${stopped.credential}`).upsert('alice');
  await rig.changeApps((apps) => apps.setStatus(parseAppId('stopped'), 'suspended'));
  const fresh = await rig.addNode();
  expect(fresh.logic).toBeDefined();
  const path = 'queqiao.client.v1.UserService/GetMe';
  const at = (credential: string) => {
    const door = grpcDoor({ address: () => rig.address(1) } as ApiRig, {
      authorization: `Bearer ${credential}`,
      ...asAlice,
    });
    return door.raw(path, new Uint8Array()).finally(() => door.close());
  };
  await expect(at(paused.credential)).resolves.toBeDefined();
  await expect(at(stopped.credential)).rejects.toMatchObject({ code: 'APP_SUSPENDED' });
});
