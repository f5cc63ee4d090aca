import { createGrpcClient } from '@queqiao/grpc-kit';
import { AppServiceDefinition } from '@queqiao/protocol/admin';
import { DeviceServiceDefinition } from '@queqiao/protocol/client';
import { TokenServiceDefinition, UserServiceDefinition } from '@queqiao/protocol/server';
import { eventually, newTokenSecret, type TestApp } from '@queqiao/testkit';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

const DAY_MS = 86_400_000;

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
const clients: { close(): void }[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app);
  await backEnd(UserServiceDefinition, 'upsertUsers', {
    users: ['ann', 'bob', 'carol', 'dave'].map((userId) => ({ userId })),
  });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await rig.stop();
});

const issue = (
  request: { userId: string; validMs?: number; deviceId?: string; createUser?: boolean },
  call = backEnd,
) => call(TokenServiceDefinition, 'issueToken', request);

const revoke = (
  request: { token?: string; userId?: string; tokenId?: string; clientRequestId?: string },
  call = backEnd,
) => call(TokenServiceDefinition, 'revokeToken', { clientRequestId: newId(), ...request });

/** What a call of a user with this token ends with. */
async function use(token: string, { device = 'phone', node = 0 } = {}): Promise<string> {
  const client = createGrpcClient(DeviceServiceDefinition, rig.address(node));
  clients.push(client);
  const metadata = { authorization: `Bearer ${token}`, 'queqiao-device': device };
  try {
    await client.listDevices({}, { metadata });
    return 'OK';
  } catch (error) {
    return (await failureOf(Promise.reject(error))).code;
  }
}

describe('an issued token', () => {
  it('is taken by every node, ends when it was asked to and has an id', async () => {
    const { token, expiresMs, tokenId } = await issue({ userId: 'ann', validMs: 600_000 });
    for (const node of [0, 1]) expect(await use(token, { node })).toBe('OK');
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ app: 'demo', sub: 'ann', aud: 'queqiao', jti: tokenId });
    expect(claims.exp).toBe(expiresMs / 1_000);
    expect(expiresMs - Number(claims.iat) * 1_000).toBeLessThanOrEqual(600_000);
    expect(expiresMs - Number(claims.iat) * 1_000).toBeGreaterThan(599_000);
    const day = await issue({ userId: 'ann' });
    expect(day.expiresMs - Number(decodeJwt(day.token).iat) * 1_000).toBeGreaterThan(
      DAY_MS - 1_000,
    );
    expect(day.tokenId).not.toBe(tokenId);
  });

  it('for one device is nothing on another', async () => {
    const { token } = await issue({ userId: 'ann', deviceId: 'tablet' });
    expect(await use(token, { device: 'tablet' })).toBe('OK');
    expect(await use(token, { device: 'phone' })).toBe('UNAUTHENTICATED');
  });

  it('is for users that there are, unless one is asked for', async () => {
    expect(await failureOf(issue({ userId: 'nobody' }))).toEqual({
      code: 'NOT_FOUND',
      field: 'user_id',
    });
    const { token } = await issue({ userId: 'newcomer', createUser: true });
    expect(await use(token)).toBe('OK');
    await issue({ userId: 'newcomer', createUser: true });
  });

  it('is good at once after a sign-out, although one from before is not', async () => {
    const before = await issue({ userId: 'bob' });
    for (let round = 0; round < 5; round += 1) {
      await backEnd(UserServiceDefinition, 'signOutUser', { userId: 'bob' });
      const after = await issue({ userId: 'bob' });
      // Another device each time: what is cached of one is known after two seconds.
      expect(await use(after.token, { device: `d${round}` })).toBe('OK');
      expect(await use(before.token, { device: `d${round}` })).toBe('UNAUTHENTICATED');
    }
  });

  it('is signed by the app’s own key, and another app’s is none of it', async () => {
    const other = await rig.createApp('other');
    const calls = rig.backEndCalls(other, 1);
    const [own, foreign] = [
      await issue({ userId: 'ann' }),
      await issue({ userId: 'ann', createUser: true }, calls),
    ];
    const kids = [own, foreign].map(({ token }) => decodeProtectedHeader(token).kid);
    expect(kids[0]).not.toBe(kids[1]);
    const [header = '', , signature = ''] = own.token.split('.');
    const forged = [header, foreign.token.split('.')[1], signature].join('.');
    expect(await use(forged)).toBe('UNAUTHENTICATED');
    expect(await failureOf(revoke({ token: foreign.token }))).toEqual({
      code: 'NOT_FOUND',
      field: 'token',
    });
    expect(await use(foreign.token)).toBe('OK');
  });
});

describe('a token that the app signs itself', () => {
  const nowS = () => Math.floor(Date.now() / 1_000);
  const signed = (claims: Record<string, unknown>) =>
    new SignJWT({
      app: 'demo',
      sub: 'dave',
      aud: 'queqiao',
      iat: nowS(),
      exp: nowS() + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'HS256', kid: app.kid })
      .sign(app.secret);

  it('is refused when it says that it is from the future, where no sign-out would reach it', async () => {
    for (const iat of [nowS() + 600, Date.now(), 1e13, 1e300]) {
      const token = await signed({ iat });
      for (const node of [0, 1])
        expect(await use(token, { node }), `${iat}`).toBe('UNAUTHENTICATED');
    }
    // Clocks may differ by some seconds.
    expect(await use(await signed({ iat: nowS() + 3 }))).toBe('OK');
  });

  it('is refused, and not passed on, when its times are no times', async () => {
    for (const exp of [1e13, 1e17, 1e300]) {
      const token = await signed({ exp, jti: newId() });
      expect(await use(token), `${exp}`).toBe('UNAUTHENTICATED');
      expect(await failureOf(revoke({ token })), `${exp}`).toEqual({
        code: 'NOT_FOUND',
        field: 'token',
      });
    }
    const far = await signed({ exp: 9e12, jti: newId() });
    expect(await use(far)).toBe('OK');
    await revoke({ token: far });
    expect(await use(far)).toBe('UNAUTHENTICATED');
  });

  it('is good right after a sign-out when it is of a later second', async () => {
    const before = await signed({ iat: nowS() - 1 });
    await backEnd(UserServiceDefinition, 'signOutUser', { userId: 'dave' });
    const after = await signed({ iat: nowS() + 1 });
    expect(await use(before, { device: 'watch' })).toBe('UNAUTHENTICATED');
    expect(await use(after, { device: 'watch' })).toBe('OK');
  });
});

describe('a revoked token', () => {
  it('is refused by every node once that is answered, and no other one is', async () => {
    const [gone, kept] = [await issue({ userId: 'carol' }), await issue({ userId: 'carol' })];
    for (const { token } of [gone, kept]) {
      for (const node of [0, 1]) expect(await use(token, { node })).toBe('OK');
    }
    await revoke({ token: gone.token });
    for (const node of [0, 1]) expect(await use(gone.token, { node })).toBe('UNAUTHENTICATED');
    for (const node of [0, 1]) expect(await use(kept.token, { node })).toBe('OK');
  });

  it('may be named by its user and id, also one that an app signed itself', async () => {
    const { token, tokenId } = await issue({ userId: 'carol' });
    await revoke({ userId: 'carol', tokenId });
    expect(await use(token)).toBe('UNAUTHENTICATED');
    expect(await failureOf(revoke({ userId: 'nobody', tokenId }))).toEqual({
      code: 'NOT_FOUND',
      field: 'user_id',
    });
    const foreign = await issue({ userId: 'dave' });
    // Of another user: the id alone is not enough.
    await revoke({ userId: 'carol', tokenId: foreign.tokenId });
    expect(await use(foreign.token)).toBe('OK');
  });

  it('is revoked once by a call that is repeated', async () => {
    const { token } = await issue({ userId: 'carol' });
    const clientRequestId = newId();
    await revoke({ token, clientRequestId });
    // The token itself is refused by now, and its user and id are not the same call.
    expect(await failureOf(revoke({ clientRequestId: '', userId: 'carol', tokenId: 'x' }))).toEqual(
      {
        code: 'INVALID_ARGUMENT',
        field: 'client_request_id',
      },
    );
    await revoke({ token, clientRequestId });
    expect(await use(token)).toBe('UNAUTHENTICATED');
  });

  it('is to be genuine, of this app, and to have an id', async () => {
    const bare = await app.token('carol');
    for (const [request, code, field] of [
      [{ token: 'x.y.z' }, 'NOT_FOUND', 'token'],
      [{ token: bare }, 'INVALID_ARGUMENT', 'token'],
      [{ token: bare, userId: 'carol' }, 'INVALID_ARGUMENT', 'user_id'],
      [{ token: bare, tokenId: 'x' }, 'INVALID_ARGUMENT', 'token_id'],
      [{}, 'INVALID_ARGUMENT', 'user_id'],
      [{ userId: 'carol' }, 'INVALID_ARGUMENT', 'token_id'],
    ] as const) {
      expect(await failureOf(revoke(request)), JSON.stringify(request)).toEqual({ code, field });
    }
  });
});

describe('the key of issued tokens', () => {
  const operator = () => rig.operatorCalls();

  it('is no key of anybody who reads the database, and is listed without a secret', async () => {
    const { token } = await issue({ userId: 'ann' });
    const { kid = '' } = decodeProtectedHeader(token);
    const { keys } = await operator()(AppServiceDefinition, 'listKeys', { appId: 'demo' });
    expect(keys.find(({ keyId }) => keyId === kid)).toMatchObject({ retiredMs: 0 });
    await rig.withStores(async ({ apps }) => {
      const key = await apps.signingKey(app.appId, kid);
      if (key?.alg !== 'derived') throw new Error('the key is stored');
      const claims = decodeJwt(token);
      const forged = await new SignJWT({ ...claims, sub: 'bob' })
        .setProtectedHeader({ alg: 'HS256', kid })
        .sign(key.salt);
      expect(await use(forged)).toBe('UNAUTHENTICATED');
    });
    const add = operator()(AppServiceDefinition, 'addKey', {
      clientRequestId: newId(),
      appId: 'demo',
      keyId: 'queqiao.mine',
      algorithm: 1,
    });
    expect(await failureOf(add)).toEqual({ code: 'INVALID_ARGUMENT', field: 'key_id' });
  });

  it('is made anew when an operator has retired it', async () => {
    const before = await issue({ userId: 'ann' });
    const { kid: keyId = '' } = decodeProtectedHeader(before.token);
    const request = { clientRequestId: newId(), appId: 'demo', keyId };
    await operator()(AppServiceDefinition, 'retireKey', request);
    const after = await issue({ userId: 'ann' });
    expect(decodeProtectedHeader(after.token).kid).not.toBe(keyId);
    expect(await use(after.token)).toBe('OK');
    for (const node of [0, 1]) {
      await eventually('what it signed is refused', async () => {
        return (await use(before.token, { node })) === 'UNAUTHENTICATED';
      });
    }
  });

  it('is one, however many tokens are asked for first at the same time', async () => {
    const fresh = await rig.createApp('fresh');
    const nodes = [0, 1].map((node) => rig.backEndCalls(fresh, node));
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        issue({ userId: `u${n}`, createUser: true }, nodes[n % 2]),
      ),
    );
    expect(new Set(tokens.map(({ token }) => decodeProtectedHeader(token).kid)).size).toBe(1);
  });

  it('goes with a secret: the one before verifies until it is taken away', async () => {
    const { token: older } = await issue({ userId: 'ann' });
    const changed = newTokenSecret();
    const both = { QUEQIAO_TOKEN_SECRETS: `${changed},${rig.tokenSecret}` };
    const [during, after, none] = [rig.nodes.length, rig.nodes.length + 1, rig.nodes.length + 2];
    await rig.addNode(both);
    await rig.addNode({ QUEQIAO_TOKEN_SECRETS: changed });
    await rig.addNode({ QUEQIAO_TOKEN_SECRETS: '' });
    const { token: newer } = await issue({ userId: 'ann' }, rig.backEndCalls(app, during));
    expect(await use(older, { node: during })).toBe('OK');
    expect(await use(newer, { node: during })).toBe('OK');
    expect(await use(newer, { node: after })).toBe('OK');
    expect(await use(older, { node: after })).toBe('UNAUTHENTICATED');
    const refused = issue({ userId: 'ann' }, rig.backEndCalls(app, none));
    expect(await failureOf(refused)).toMatchObject({ code: 'UNIMPLEMENTED' });
    expect(await use(await app.token('ann'), { node: none })).toBe('OK');
  });
});

it('a deleted app has no tokens, and makes no users by them', async () => {
  const ending = await rig.createApp('ending');
  const { token } = await issue({ userId: 'ann', createUser: true }, rig.backEndCalls(ending));
  expect(await use(token)).toBe('OK');
  const request = () => ({ clientRequestId: newId(), appId: 'ending' });
  await rig.operatorCalls()(AppServiceDefinition, 'suspendApp', request());
  await rig.operatorCalls()(AppServiceDefinition, 'deleteApp', request());
  for (const node of [0, 1]) {
    await eventually('it is refused', async () => {
      return (await use(token, { node })) === 'UNAUTHENTICATED';
    });
  }
});
