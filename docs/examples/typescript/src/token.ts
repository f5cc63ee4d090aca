import { createHmac } from 'node:crypto';

const VALID_S = 3_600;

export interface Key {
  readonly id: string;
  /** Base64, as the operator got it. */
  readonly secret: string;
}

/** A token with which the user's devices sign in: a JWT that is signed here, with the app's key. */
export function signToken(credential: string, key: Key, userId: string): string {
  const nowS = Math.floor(Date.now() / 1_000);
  const app = credential.split('.').slice(1, -2).join('.');
  const claims = { app, sub: userId, aud: 'queqiao', iat: nowS, exp: nowS + VALID_S };
  const signed = [{ alg: 'HS256', kid: key.id }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const secret = Buffer.from(key.secret, 'base64');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
