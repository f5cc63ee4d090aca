import { createHash, hkdfSync } from 'node:crypto';
import type { AppId } from '@queqiao/domain';
import type { SigningKey, StoredSigningKey } from '@queqiao/store-mysql';

/** Ids of keys that are derived begin with it; operators cannot give it to theirs. */
const DERIVED_KEY_PREFIX = 'queqiao.';
const KEY_BYTES = 32;
const FINGERPRINT_LENGTH = 8;

/**
 * The secrets of the deployment, of which the first signs and all verify. Each app has keys of its own that are derived from one of
 * them (HKDF with SHA-256), so that no key is in the database, and what one app's key signs is nothing for another one. Which secret
 * it is says the key's id by a fingerprint.
 */
export class TokenSecrets {
  readonly #secrets: readonly { readonly fingerprint: string; readonly secret: Buffer }[];

  /** In base64url. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.map((text) => {
      const secret = Buffer.from(text, 'base64url');
      const hash = createHash('sha256').update('queqiao fingerprint ').update(secret);
      return { fingerprint: hash.digest('hex').slice(0, FINGERPRINT_LENGTH), secret };
    });
  }

  /** What the ids of keys begin with that are derived from the secret that signs; null when there is none. */
  get prefix(): string | null {
    const [first] = this.#secrets;
    return first === undefined ? null : prefixOf(first.fingerprint);
  }

  /** Null for a key of a secret that is not, or no longer, given. */
  derive(appId: AppId, kid: string, salt: Uint8Array): Uint8Array | null {
    const found = this.#secrets.find(({ fingerprint }) => kid.startsWith(prefixOf(fingerprint)));
    if (found === undefined) return null;
    const purpose = `queqiao token ${appId} ${kid}`;
    return new Uint8Array(hkdfSync('sha256', found.secret, salt, purpose, KEY_BYTES));
  }

  /** A key as tokens are verified with it. */
  signingKey(appId: AppId, key: StoredSigningKey | null): SigningKey | null {
    if (key?.alg !== 'derived') return key;
    const { kid, retired, salt } = key;
    const secret = this.derive(appId, kid, salt);
    return secret === null ? null : { alg: 'HS256', kid, retired, secret };
  }
}

function prefixOf(fingerprint: string): string {
  return `${DERIVED_KEY_PREFIX}${fingerprint}.`;
}
