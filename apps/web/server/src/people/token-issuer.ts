import { DomainError, parseUserId, type UserId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import { errors, jwtVerify, SignJWT } from 'jose';

const ALGORITHM = 'HS256';
const AUDIENCE = 'queqiao';
/** An expired token still proves who its holder is for this long, so that a laptop that slept can go on. */
const REFRESH_WITHIN_S = 7 * 24 * 3_600;

export interface TokenIssuerOptions {
  readonly appId: string;
  readonly keyId: string;
  readonly secret: Uint8Array;
  readonly ttlMs: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly userId: UserId;
  readonly expiresMs: number;
}

/** Signs the tokens that devices of the app connect with. */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #options: TokenIssuerOptions;

  constructor(deps: { readonly clock: Clock }, options: TokenIssuerOptions) {
    this.#clock = deps.clock;
    this.#options = options;
  }

  async issue(userId: UserId): Promise<IssuedToken> {
    const { appId, keyId, secret, ttlMs } = this.#options;
    const nowS = Math.floor(this.#clock.now() / 1_000);
    const expiresS = nowS + Math.floor(ttlMs / 1_000);
    const token = await new SignJWT({ app: appId })
      .setProtectedHeader({ alg: ALGORITHM, kid: keyId })
      .setSubject(userId)
      .setAudience(AUDIENCE)
      .setIssuedAt(nowS)
      .setExpirationTime(expiresS)
      .sign(secret);
    return { token, userId, expiresMs: expiresS * 1_000 };
  }

  /** Whose token it is, if this app issued it; it may have expired a while ago. Throws UNAUTHENTICATED. */
  async holderOf(token: string): Promise<UserId> {
    const { appId, secret } = this.#options;
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: REFRESH_WITHIN_S,
        currentDate: new Date(this.#clock.now()),
      });
      if (payload['app'] !== appId) throw refused();
      return parseUserId(payload.sub ?? '');
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof DomainError) throw refused();
      throw error;
    }
  }
}

function refused(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'sign in again');
}
