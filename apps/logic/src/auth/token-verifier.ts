import { DomainError, isId, type AppId, type DeviceId, type UserId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { SigningKey } from '@queqiao/store-mysql';
import { decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose';
import type { CachedSource } from './cached-source.js';

export const TOKEN_AUDIENCE = 'queqiao';
export const TOKEN_MAX_LENGTH = 4_096;
/** The claim that binds a token to one device. */
export const DEVICE_CLAIM = 'device_id';
/** How far the issuer's clock may be off from this node's, in seconds; `iat` is compared with the database's (checkStanding). */
export const TOKEN_LEEWAY_S = 5;
/** Header fields that let a token choose its own key or rules; their presence alone is a refusal. */
const FORBIDDEN_HEADERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64'] as const;

export interface VerifiedToken {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly expiresMs: number;
  readonly issuedMs: number;
  readonly keyId: string;
  /** The `jti`, if it is an id; otherwise empty, and the token cannot be revoked alone. */
  readonly tokenId: string;
  /** The only device that can use it; null: any. */
  readonly deviceId: DeviceId | null;
}

export interface TokenVerifierDeps {
  /** Key records by app and key id; undefined is cached too. */
  readonly keys: CachedSource<[AppId, string], SigningKey>;
  readonly clock: Clock;
}

/**
 * Verifies device tokens. The app is read from the unverified claims only to find the key; the signature then vouches for it.
 * The algorithm is the key record's. Errors: UNAUTHENTICATED for anything not genuine (always the same message, so that a
 * prober learns nothing), TOKEN_EXPIRED for a genuine token past its time, UNAVAILABLE when keys cannot be read.
 */
export class TokenVerifier {
  readonly #keys: TokenVerifierDeps['keys'];
  readonly #clock: Clock;

  constructor(deps: TokenVerifierDeps) {
    this.#keys = deps.keys;
    this.#clock = deps.clock;
  }

  /** `beforeUnknown` is called before a key is looked up that this node has not seen; what it throws, nobody looks further for. */
  async verify(token: string, beforeUnknown?: () => void): Promise<VerifiedToken> {
    const { appId, kid, alg } = readClues(token);
    if (!this.#keys.hasSeen(appId, kid)) beforeUnknown?.();
    const key = await this.#keys.get(appId, kid);
    if (!key || key.retired || key.alg !== alg) throw refused();
    const claims = await this.#checkSignature(token, key);
    const { app, sub, jti } = claims;
    if (app !== appId || typeof sub !== 'string' || !isId(sub)) throw refused();
    const { expiresMs, issuedMs } = timesOf(claims);
    const tokenId = typeof jti === 'string' && isId(jti) ? jti : '';
    const deviceId = onlyDevice(claims[DEVICE_CLAIM]);
    return { appId, userId: sub as UserId, expiresMs, issuedMs, keyId: kid, tokenId, deviceId };
  }

  async #checkSignature(token: string, key: SigningKey): Promise<Record<string, unknown>> {
    try {
      const material = key.alg === 'HS256' ? key.secret : await publicKey(key.publicJwk);
      const { payload } = await jwtVerify(token, material, {
        algorithms: [key.alg],
        audience: TOKEN_AUDIENCE,
        clockTolerance: TOKEN_LEEWAY_S,
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ['app', 'sub', 'iat', 'exp', 'aud'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new DomainError('TOKEN_EXPIRED', 'the token has expired');
      }
      throw refused();
    }
  }
}

/** What no clock says is refused: beyond exact integers of milliseconds nothing can be compared or kept. */
function timesOf({
  exp,
  iat,
}: Record<string, unknown>): Pick<VerifiedToken, 'expiresMs' | 'issuedMs'> {
  if (typeof exp !== 'number' || typeof iat !== 'number') throw refused();
  // Own tokens are issued at a millisecond, which a fraction of a second only comes close to.
  const [expiresMs, issuedMs] = [Math.floor(exp * 1_000), Math.round(iat * 1_000)];
  if (!Number.isSafeInteger(expiresMs) || !Number.isSafeInteger(issuedMs)) throw refused();
  if (issuedMs < 0) throw refused();
  return { expiresMs, issuedMs };
}

/** A claim that is there and names no device is no reason to take any. */
function onlyDevice(claim: unknown): DeviceId | null {
  if (claim === undefined) return null;
  if (typeof claim !== 'string' || !isId(claim)) throw refused();
  return claim as DeviceId;
}

interface Clues {
  readonly appId: AppId;
  readonly kid: string;
  readonly alg: string;
}

/** What the token says about itself, for finding the key; nothing of it is believed. */
function readClues(token: string): Clues {
  if (token.length === 0 || token.length > TOKEN_MAX_LENGTH) throw refused();
  try {
    const header: Readonly<Record<string, unknown>> = { ...decodeProtectedHeader(token) };
    if (FORBIDDEN_HEADERS.some((name) => Object.hasOwn(header, name))) throw refused();
    const claims: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    const app = typeof claims === 'object' && claims !== null && 'app' in claims ? claims.app : '';
    const { kid, alg } = header;
    if (typeof app !== 'string' || !isId(app)) throw refused();
    if (typeof kid !== 'string' || !isId(kid) || typeof alg !== 'string') throw refused();
    return { appId: app as AppId, kid, alg };
  } catch {
    throw refused();
  }
}

async function publicKey(
  jwkText: string,
): Promise<Exclude<Awaited<ReturnType<typeof importJWK>>, Uint8Array>> {
  const key = await importJWK(JSON.parse(jwkText) as Parameters<typeof importJWK>[0], 'EdDSA');
  if (key instanceof Uint8Array) throw refused();
  return key;
}

function refused(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'the token is not valid');
}
