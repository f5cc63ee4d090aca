import { createHash } from 'node:crypto';
import { DomainError, type AppId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import type { AppCredential } from '@queqiao/store-mysql';
import { beforeEach, describe, expect, it } from 'vitest';
import { CachedSource } from './cached-source.js';
import { CredentialVerifier } from './credential-verifier.js';

const secret = 'abcdefghijklmnopqrstuvwx';
const secretHash = createHash('sha256').update(secret).digest();
const scopes = ['read', 'write'] as const;
let clock: FakeClock;
let stored: Map<string, AppCredential>;
let loads: number;
let verifier: CredentialVerifier;

beforeEach(() => {
  clock = new FakeClock();
  loads = 0;
  stored = new Map([['de.mo:c1', { credentialId: 'c1', secretHash, revoked: false, scopes }]]);
  const credentials = new CachedSource<[AppId, string], AppCredential>(
    (app, id) => {
      loads += 1;
      return Promise.resolve(stored.get(`${app}:${id}`) ?? null);
    },
    { name: 'credentials', maxEntries: 2, ttlMs: 1_000, missTtlMs: 100 },
    { clock, metrics: new Registry() },
  );
  verifier = new CredentialVerifier({ credentials });
});

async function codeOf(credential: string): Promise<string> {
  try {
    return (await verifier.verify(credential)).appId;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  }
}

describe('app credentials', () => {
  it('verify, also for an app whose id has dots', async () => {
    expect(await verifier.verify(`qq1.de.mo.c1.${secret}`)).toEqual({
      appId: 'de.mo',
      credentialId: 'c1',
      scopes,
    });
  });

  it('are refused alike for every flaw', async () => {
    const flawed = [
      '',
      'qq1',
      `qq2.de.mo.c1.${secret}`,
      `qq1.de.mo.c2.${secret}`,
      `qq1.other.c1.${secret}`,
    ];
    for (const credential of [...flawed, `qq1.de.mo.c1.${secret}x`, 'qq1.de.mo.c1.', 'qq1...']) {
      expect(await codeOf(credential), credential).toBe('UNAUTHENTICATED');
    }
  });

  it('stop working within the cache time after a revocation', async () => {
    expect(await codeOf(`qq1.de.mo.c1.${secret}`)).toBe('de.mo');
    stored.set('de.mo:c1', { credentialId: 'c1', secretHash, revoked: true, scopes });
    await clock.advanceAsync(1_001);
    expect(await codeOf(`qq1.de.mo.c1.${secret}`)).toBe('UNAUTHENTICATED');
  });

  it('load once while cached, and misses are cached for a shorter time', async () => {
    await codeOf(`qq1.de.mo.c1.${secret}`);
    await codeOf(`qq1.de.mo.c1.${secret}`);
    expect(loads).toBe(1);
    await codeOf(`qq1.de.mo.c9.${secret}`);
    await codeOf(`qq1.de.mo.c9.${secret}`);
    expect(loads).toBe(2);
    await clock.advanceAsync(101);
    await codeOf(`qq1.de.mo.c9.${secret}`);
    expect(loads).toBe(3);
  });
});
