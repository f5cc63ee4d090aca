import { randomBytes } from 'node:crypto';
import { parseUserId } from '@queqiao/domain';
import { FakeClock } from '@queqiao/runtime/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { TokenIssuer, type TokenIssuerOptions } from './token-issuer.js';

const HOUR_MS = 3_600_000;
const secret = randomBytes(32);
const alice = parseUserId('alice');

function issuer(clock: FakeClock, options: Partial<TokenIssuerOptions> = {}): TokenIssuer {
  return new TokenIssuer(
    { clock },
    { appId: 'demo', keyId: 'k1', secret, ttlMs: HOUR_MS, ...options },
  );
}

describe('TokenIssuer', () => {
  it('signs what the contract asks for', async () => {
    const clock = new FakeClock();
    const { token, userId, expiresMs } = await issuer(clock).issue(alice);
    const nowS = Math.floor(clock.now() / 1_000);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', kid: 'k1' });
    expect(decodeJwt(token)).toEqual({
      app: 'demo',
      sub: 'alice',
      aud: 'queqiao',
      iat: nowS,
      exp: nowS + 3_600,
    });
    expect({ userId, expiresMs }).toEqual({ userId: 'alice', expiresMs: (nowS + 3_600) * 1_000 });
  });

  it('knows the holder for a week after the token has expired, not longer', async () => {
    const clock = new FakeClock();
    const tokens = issuer(clock);
    const { token } = await tokens.issue(alice);
    clock.advance(3 * 24 * HOUR_MS);
    expect(await tokens.holderOf(token)).toBe('alice');
    clock.advance(5 * 24 * HOUR_MS);
    await expect(tokens.holderOf(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('refuses tokens of another key or app, and what is no token', async () => {
    const clock = new FakeClock();
    const tokens = issuer(clock);
    const foreign = await issuer(clock, { appId: 'other' }).issue(alice);
    const forged = await issuer(clock, { secret: randomBytes(32) }).issue(alice);
    for (const token of [foreign.token, forged.token, 'x', '']) {
      await expect(tokens.holderOf(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});
