import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export const SECRET_KEY_BYTES = 32;
/** Keys of a deployment; several while one is changed. */
export const SECRET_KEYS_MAX = 4;

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/**
 * Seals secrets that the server has to use itself, so that a copy of the database alone gives none away. The first key seals, each
 * of them opens. What is sealed is bound to a purpose (whose secret it is): put into another row it does not open.
 */
export class SecretBox {
  readonly #keys: readonly [Key, ...Key[]];

  /** Keys of SECRET_KEY_BYTES each, in base64; at least one. */
  constructor(keys: readonly string[]) {
    const [first, ...others] = keys.map(toKey);
    if (first === undefined) throw new RangeError('a secret box needs a key');
    this.#keys = [first, ...others];
  }

  seal(secret: Uint8Array, purpose: string): Buffer {
    const [{ id, bytes }] = this.#keys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, bytes, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), id, nonce, sealed, cipher.getAuthTag()]);
  }

  /** Null: no key of these opens it, or it was changed, or it is for another purpose. */
  open(sealed: Uint8Array, purpose: string): Buffer | null {
    const bytes = Buffer.from(sealed);
    if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
    const keyId = bytes.subarray(1, 1 + KEY_ID_BYTES);
    const key = this.#keys.find(({ id }) => id.equals(keyId));
    if (key === undefined) return null;
    const nonce = bytes.subarray(1 + KEY_ID_BYTES, HEAD_BYTES);
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([
        decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    } catch {
      return null;
    }
  }
}

/** Whether a text is a key, as the constructor wants it. */
export function isSecretKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}

function toKey(text: string): Key {
  if (!isSecretKey(text)) throw new RangeError(`a key is ${SECRET_KEY_BYTES} bytes in base64`);
  const bytes = Buffer.from(text, 'base64');
  return { id: createHash('sha256').update(bytes).digest().subarray(0, KEY_ID_BYTES), bytes };
}
