import { randomBytes } from 'node:crypto';
import type { AppId } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { TokenSecrets } from './token-secrets.js';

const [older, newer] = [
  randomBytes(32).toString('base64url'),
  randomBytes(32).toString('base64url'),
];
const [demo, rival] = ['demo', 'rival'] as AppId[] as [AppId, AppId];
const salt = randomBytes(32);

it('derive another key for every app, key id, salt and secret, and the same one again', () => {
  const secrets = new TokenSecrets([newer]);
  const kid = `${secrets.prefix}k1`;
  const one = (...key: Parameters<TokenSecrets['derive']>) =>
    Buffer.from(secrets.derive(...key) ?? []).toString('hex');
  const keys = [
    one(demo, kid, salt),
    one(rival, kid, salt),
    one(demo, `${secrets.prefix}k2`, salt),
    one(demo, kid, randomBytes(32)),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
  expect(new TokenSecrets([newer]).derive(demo, kid, salt)).toEqual(
    secrets.derive(demo, kid, salt),
  );
});

it('overlap: keys of the one before verify until it is taken away, and the first one signs', () => {
  const [before, during, after] = [[older], [newer, older], [newer]].map(
    (secrets) => new TokenSecrets(secrets),
  ) as [TokenSecrets, TokenSecrets, TokenSecrets];
  const kid = `${before.prefix}k1`;
  expect(during.derive(demo, kid, salt)).toEqual(before.derive(demo, kid, salt));
  expect(after.derive(demo, kid, salt)).toBeNull();
  expect(during.prefix).toBe(after.prefix);
  expect(during.prefix).not.toBe(before.prefix);
  expect(new TokenSecrets([]).prefix).toBeNull();
});

it('tell nothing of themselves by the ids of keys', () => {
  const secrets = new TokenSecrets([newer]);
  expect(secrets.prefix).toMatch(/^queqiao\.[0-9a-f]{8}\.$/);
  expect(newer).not.toContain(secrets.prefix?.split('.')[1]);
});

it('leave keys alone that are stored', () => {
  const stored = { alg: 'HS256', kid: 'k1', retired: false, secret: salt } as const;
  const secrets = new TokenSecrets([]);
  expect(secrets.signingKey(demo, stored)).toBe(stored);
  expect(secrets.signingKey(demo, null)).toBeNull();
  expect(
    secrets.signingKey(demo, { alg: 'derived', kid: 'queqiao.x.y', retired: false, salt }),
  ).toBeNull();
});
