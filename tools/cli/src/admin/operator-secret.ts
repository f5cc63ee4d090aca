import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const PREFIX = 'qqop.';
const SECRET_BYTES = 32;

/** What an operator sends: `qqop.<secret>`. */
export function newOperatorSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** For QUEQIAO_OPERATOR_SECRET_SHA256 of logic nodes. Throws when it is not an operator's secret. */
export function operatorHash(secret: string): string {
  if (!/^qqop\.[A-Za-z0-9_-]{32,128}$/.test(secret)) {
    throw new Error('an operator’s secret is qqop. and 32 to 128 letters, digits, _ and -');
  }
  return createHash('sha256').update(secret.slice(PREFIX.length)).digest('hex');
}

/** Of a development deployment, made at its first start. */
export function openOperatorSecret(file: string): string {
  return openSecret(file, newOperatorSecret);
}

/** For QUEQIAO_SECRET_KEYS of a development deployment, made at its first start. */
export function openSecretKey(file: string): string {
  return openSecret(file, () => randomBytes(SECRET_BYTES).toString('base64'));
}

function openSecret(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = make();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
