import { randomBytes } from 'node:crypto';

/** For QUEQIAO_TOKEN_SECRETS of a deployment under test: 32 bytes in base64url. */
export function newTokenSecret(): string {
  return randomBytes(32).toString('base64url');
}
