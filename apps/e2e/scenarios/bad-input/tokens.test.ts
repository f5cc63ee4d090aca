import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { BareDevice, type Codec, type TestApp } from '@queqiao/testkit';
import { SignJWT, UnsecuredJWT, type JWTHeaderParameters } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserDoor, codeOf } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 1 });
const [REFUSED, EXPIRED, REPLACED, PROTOCOL_ERROR] = [4202, 4100, 4203, 4201];
const HOUR_S = 3_600;

let foreign: TestApp;
beforeAll(async () => {
  foreign = await cluster().createApp('foreign');
});

interface Forgery {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly claims?: Record<string, unknown>;
  readonly key?: Uint8Array;
}

/** A token like a good one, but for what is given; a claim that is undefined is left out. */
function forge({ header = {}, claims = {}, key = cluster().app.secret }: Forgery): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  const good = { app: 'demo', sub: 'ann', aud: 'queqiao', iat: nowS, exp: nowS + HOUR_S };
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: cluster().app.kid, ...header })
    .sign(key);
}

async function closeOf(token: string, codec: Codec = 'proto'): Promise<number> {
  const device = await BareDevice.open(cluster().connectAt(0).socketUrl, codec);
  device.connect({ token, deviceId: 'd1' });
  const code = await device.closed;
  expect(device.connected).toBeUndefined();
  expect(device.all('disconnect')).toMatchObject([{ code }]);
  return code;
}

describe('tokens that are not genuine', () => {
  const nowS = Math.floor(Date.now() / 1_000);
  const cases: [string, () => Promise<string> | string][] = [
    [
      'no algorithm',
      () =>
        new UnsecuredJWT({ app: 'demo', sub: 'ann' })
          .setAudience('queqiao')
          .setIssuedAt()
          .setExpirationTime('1h')
          .encode(),
    ],
    ['the key of another app', () => forge({ key: foreign.secret })],
    ['a random key', () => forge({ key: randomBytes(32) })],
    ['another audience', () => forge({ claims: { aud: 'elsewhere' } })],
    ['no audience', () => forge({ claims: { aud: undefined } })],
    ['no expiry', () => forge({ claims: { exp: undefined } })],
    ['no subject', () => forge({ claims: { sub: undefined } })],
    ['a subject that is no id', () => forge({ claims: { sub: 'a:b' } })],
    ['an unknown app', () => forge({ claims: { app: 'nobodys' } })],
    ['another app than its key', () => forge({ claims: { app: 'foreign' } })],
    ['a time that has not come', () => forge({ claims: { nbf: nowS + HOUR_S } })],
    ['an unknown key id', () => forge({ header: { kid: 'k2' } })],
    ['a key id that is a path', () => forge({ header: { kid: '../../etc/passwd' } })],
    [
      'a key of its own',
      () => forge({ header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } } }),
    ],
    ['an address of keys', () => forge({ header: { jku: 'http://127.0.0.1/keys' } })],
    ['another algorithm', () => forge({ header: { alg: 'HS512' } })],
    ['text', () => 'not a token'],
    ['two dots', () => '..'],
    ['8 KiB', () => 'x.'.repeat(4_000)],
  ];
  it.each(cases)('with %s close 4202, over both subprotocols', async (_, make) => {
    const token = await make();
    expect([await closeOf(token), await closeOf(token, 'json')]).toEqual([REFUSED, REFUSED]);
    const door = new UserDoor(cluster().logicAt(0).grpcAddress, token, 'd1');
    expect(await codeOf(door.send('d:ann:ann', 'm1', 'x'))).toBe('UNAUTHENTICATED');
    door.close();
  });

  it('of a key pair whose public half is not registered close 4202', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const token = await new SignJWT({ app: 'demo' })
      .setProtectedHeader({ alg: 'EdDSA', kid: cluster().app.kid })
      .setSubject('ann')
      .setAudience('queqiao')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    expect(await closeOf(token)).toBe(REFUSED);
  });

  it('of a changed payload close 4202', async () => {
    const [header, , signature] = (await forge({})).split('.');
    const payload = Buffer.from(JSON.stringify({ app: 'demo', sub: 'root', aud: 'queqiao' }));
    const token = [header, payload.toString('base64url'), signature].join('.');
    expect(await closeOf(token)).toBe(REFUSED);
  });

  it('missing or far too long close 4201: they are no tokens', async () => {
    expect(await closeOf('')).toBe(PROTOCOL_ERROR);
    expect(await closeOf('x'.repeat(100_000))).toBe(PROTOCOL_ERROR);
  });
});

describe('tokens past their time', () => {
  it('close 4100 at the sign-in', async () => {
    const token = await cluster().app.token('ann', -60);
    expect([await closeOf(token), await closeOf(token, 'json')]).toEqual([EXPIRED, EXPIRED]);
  });

  it('close a live session 4100, after a warning that a refresh would have answered', async () => {
    const { app } = cluster();
    const { socketUrl } = cluster().connectAt(0);
    const short = await app.token('ann', 8);
    const [ends, goesOn] = await Promise.all(
      ['ends', 'goes-on'].map((deviceId) =>
        BareDevice.signIn(socketUrl, { token: short, deviceId }),
      ),
    );
    if (ends === undefined || goesOn === undefined) throw new Error('two devices');
    await goesOn.next('push', ({ event }) => event?.$case === 'tokenExpiring');
    goesOn.send({ $case: 'refresh', value: { token: await app.token('ann') } });
    expect(await ends.closed).toBe(EXPIRED);
    goesOn.send({ $case: 'ping', value: {} });
    await goesOn.next('pong');
    expect(goesOn.all('connected')).toHaveLength(2);
    await goesOn.close();
  });

  it('of somebody else end the session that is refreshed with them', async () => {
    const { app } = cluster();
    const { socketUrl } = cluster().connectAt(1);
    for (const token of [await app.token('bob'), await foreign.token('ann'), 'x']) {
      const mine = await app.token('ann');
      const device = await BareDevice.signIn(socketUrl, { token: mine, deviceId: 'refreshes' });
      device.send({ $case: 'refresh', value: { token } });
      expect(await device.closed).toBe(REFUSED);
    }
  });
});

describe('two sessions of one device', () => {
  const signIn = async (node: number, deviceId: string, generation: number) => {
    const token = await cluster().app.token('ann');
    const { socketUrl } = cluster().connectAt(node);
    return BareDevice.signIn(socketUrl, { token, deviceId, generation });
  };

  it.each([
    ['on one node', [0, 0]],
    ['on two nodes', [0, 1]],
  ])(
    '%s: the higher generation replaces the lower, whichever comes first',
    async (place, nodes) => {
      const [first = 0, second = 0] = nodes;
      const deviceId = place.replaceAll(' ', '-');
      const old = await signIn(first, deviceId, 5);
      const newer = await signIn(second, deviceId, 6);
      expect(await old.closed).toBe(REPLACED);
      const late = await BareDevice.open(cluster().connectAt(first).socketUrl);
      late.connect({ token: await cluster().app.token('ann'), deviceId, generation: 4 });
      expect(await late.closed).toBe(REPLACED);
      newer.send({ $case: 'ping', value: {} });
      await newer.next('pong');
      await newer.close();
    },
  );
});
