import { randomBytes } from 'node:crypto';
import { DomainError } from '@queqiao/domain';
import type { TokenKeyStore } from '@queqiao/store-mysql';
import { SignJWT } from 'jose';
import type { TokenClaims } from '../usecase/token/ports.js';
import type { TokenSecrets } from './token-secrets.js';
import { DEVICE_CLAIM, TOKEN_AUDIENCE } from './token-verifier.js';

const SALT_BYTES = 32;

/** Signs tokens by the app's own derived key, which is made by the first token and anew by the first one after its retirement. */
export class TokenSigner {
  constructor(
    readonly deps: {
      readonly secrets: TokenSecrets;
      readonly keys: Pick<TokenKeyStore, 'derivedKey'>;
    },
  ) {}

  /** Errors: UNIMPLEMENTED when the server was given no secret. */
  async sign({
    appId,
    userId,
    deviceId,
    tokenId,
    issuedMs,
    expiresMs,
  }: TokenClaims): Promise<string> {
    const { secrets, keys } = this.deps;
    const { prefix } = secrets;
    if (prefix === null) throw noSecret();
    const { kid, salt } = await keys.derivedKey(appId, prefix, () => ({
      kid: prefix + randomBytes(6).toString('hex'),
      salt: randomBytes(SALT_BYTES),
    }));
    const secret = secrets.derive(appId, kid, salt);
    if (secret === null) throw noSecret();
    return new SignJWT({
      app: appId,
      sub: userId,
      aud: TOKEN_AUDIENCE,
      jti: tokenId,
      iat: issuedMs / 1_000,
      exp: expiresMs / 1_000,
      ...(deviceId === null ? {} : { [DEVICE_CLAIM]: deviceId }),
    })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(secret);
  }
}

function noSecret(): DomainError {
  const message = 'this server has no secret to sign tokens with: set QUEQIAO_TOKEN_SECRETS';
  return new DomainError('UNIMPLEMENTED', message);
}
