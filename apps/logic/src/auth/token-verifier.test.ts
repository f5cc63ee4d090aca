import { createHmac, generateKeyPairSync } from 'node:crypto';
import { DomainError, type AppId } from '@queqiao/domain';
import { Registry, systemClock } from '@queqiao/runtime';
import type { SigningKey } from '@queqiao/store-mysql';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { CachedSource } from './cached-source.js';
import { TokenVerifier } from './token-verifier.js';

const secret = Buffer.from('0123456789abcdef0123456789abcdef');
const otherSecret = Buffer.from('ffffffffffffffffffffffffffffffff');
const ed = generateKeyPairSync('ed25519');
const edPublicJwk = JSON.stringify(ed.publicKey.export({ format: 'jwk' }));

const records = new Map<string, SigningKey>([
  ['demo:k1', { alg: 'HS256', kid: 'k1', retired: false, secret }],
  ['demo:old', { alg: 'HS256', kid: 'old', retired: true, secret }],
  ['demo:ed', { alg: 'EdDSA', kid: 'ed', retired: false, publicJwk: edPublicJwk }],
  ['rival:k1', { alg: 'HS256', kid: 'k1', retired: false, secret: otherSecret }],
]);
const nowS = Math.floor(Date.now() / 1_000);
let verifier: TokenVerifier;

beforeEach(() => {
  const keys = new CachedSource<[AppId, string], SigningKey>(
    (app, kid) => Promise.resolve(records.get(`${app}:${kid}`) ?? null),
    { name: 'keys', maxEntries: 10, ttlMs: 1_000, missTtlMs: 100 },
    { clock: systemClock, metrics: new Registry() },
  );
  verifier = new TokenVerifier({ keys, clock: systemClock });
});

interface Recipe {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: Uint8Array;
}

function signed({ header = {}, claims = {}, key = secret }: Recipe = {}): Promise<string> {
  return new SignJWT({
    app: 'demo',
    sub: 'alice',
    aud: 'queqiao',
    iat: nowS,
    exp: nowS + 600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1', ...header })
    .sign(key);
}

function handMade(header: object, claims: object, mac: (input: string) => string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${mac(input)}`;
}

const genuineClaims = { app: 'demo', sub: 'alice', aud: 'queqiao', iat: nowS, exp: nowS + 600 };

async function codeOf(token: string): Promise<string> {
  try {
    await verifier.verify(token);
    return 'verified';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.message).not.toContain(token.slice(0, 20) || 'token:');
    return error.code;
  }
}

describe('genuine tokens', () => {
  it('verify by HS256 and by EdDSA', async () => {
    expect(await verifier.verify(await signed())).toEqual({
      appId: 'demo',
      userId: 'alice',
      expiresMs: (nowS + 600) * 1_000,
      issuedMs: genuineClaims.iat * 1_000,
      keyId: 'k1',
      tokenId: '',
      deviceId: null,
    });
    const token = await new SignJWT(genuineClaims)
      .setProtectedHeader({ alg: 'EdDSA', kid: 'ed' })
      .sign(ed.privateKey);
    expect((await verifier.verify(token)).userId).toBe('alice');
  });

  it('tell their id where it is one, and the device that they are for', async () => {
    const idOf = async (jti: unknown) =>
      (await verifier.verify(await signed({ claims: { jti } }))).tokenId;
    expect(await Promise.all(['t.1-x', 'a:b', '', 7, 'x'.repeat(65)].map(idOf))).toEqual([
      't.1-x',
      '',
      '',
      '',
      '',
    ]);
    const bound = await verifier.verify(await signed({ claims: { device_id: 'phone' } }));
    expect(bound.deviceId).toBe('phone');
    for (const device_id of ['a:b', '', null, 7, ['phone']]) {
      expect(await codeOf(await signed({ claims: { device_id } }))).toBe('UNAUTHENTICATED');
    }
  });

  it('are issued at a millisecond where they say so', async () => {
    const issuedMs = async (iat: number) =>
      (await verifier.verify(await signed({ claims: { iat } }))).issuedMs;
    for (const ms of [1_732_900_000_123, 1_732_900_000_999, 1_732_900_001_000]) {
      expect(await issuedMs(ms / 1_000)).toBe(ms);
    }
  });

  it('are told apart when they have expired', async () => {
    expect(await codeOf(await signed({ claims: { exp: nowS - 60 } }))).toBe('TOKEN_EXPIRED');
    expect(await codeOf(await signed({ claims: { exp: nowS - 60 }, key: otherSecret }))).toBe(
      'UNAUTHENTICATED',
    );
  });
});

describe('everything else is refused alike', () => {
  it('alg none, in any spelling', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await codeOf(handMade({ alg, kid: 'k1' }, genuineClaims, () => ''))).toBe(
        'UNAUTHENTICATED',
      );
    }
  });

  it('a public key used as an HMAC secret', async () => {
    for (const material of [
      edPublicJwk,
      String(ed.publicKey.export({ format: 'pem', type: 'spki' })),
    ]) {
      const mac = (input: string) =>
        createHmac('sha256', material).update(input).digest('base64url');
      expect(await codeOf(handMade({ alg: 'HS256', kid: 'ed' }, genuineClaims, mac))).toBe(
        'UNAUTHENTICATED',
      );
    }
  });

  it('keys and rules chosen by the token', async () => {
    const jwk = ed.publicKey.export({ format: 'jwk' });
    for (const extra of [
      { jwk },
      { jku: 'https://example.com/keys' },
      { x5u: 'https://example.com/' },
    ]) {
      expect(await codeOf(await signed({ header: extra }))).toBe('UNAUTHENTICATED');
    }
    const mac = (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
    const critical = { alg: 'HS256', kid: 'k1', crit: ['exp'] };
    expect(await codeOf(handMade(critical, genuineClaims, mac))).toBe('UNAUTHENTICATED');
  });

  it('key ids that are unknown, retired, of another app or not ids', async () => {
    for (const kid of ['nope', 'old', '../k1', "k1' OR '1", 'k1:k1', '', '__proto__']) {
      expect(await codeOf(await signed({ header: { kid } }))).toBe('UNAUTHENTICATED');
    }
    expect(await codeOf(await signed({ claims: { app: 'rival' } }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(await signed({ key: otherSecret }))).toBe('UNAUTHENTICATED');
  });

  it('missing or wrong claims', async () => {
    const wrong: Record<string, unknown>[] = [
      { aud: 'other' },
      { aud: undefined },
      { iat: undefined },
      { exp: undefined },
      { sub: undefined },
      { sub: 'a:b' },
      { sub: '' },
      { app: 7 },
      { nbf: nowS + 600 },
      { exp: 1e13 },
      { exp: 1e17 },
      { exp: 1e300 },
      { iat: 1e13 },
      { iat: 1e300 },
      { iat: -1e300 },
      { iat: -1 },
    ];
    for (const claims of wrong) {
      expect(await codeOf(await signed({ claims })), JSON.stringify(claims)).toBe(
        'UNAUTHENTICATED',
      );
    }
  });

  it('garbage, cut and oversized tokens', async () => {
    const token = await signed();
    const garbage = [
      '',
      '.',
      '..',
      'a.b.c',
      token.slice(0, -5),
      token.split('.').slice(0, 2).join('.'),
    ];
    for (const value of [...garbage, `${token}.x`, 'x'.repeat(5_000)]) {
      expect(await codeOf(value), value.slice(0, 20)).toBe('UNAUTHENTICATED');
    }
  });
});
