import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '@queqiao/domain';

const PATTERN = /^qqop\.([A-Za-z0-9_-]{32,128})$/;
const FINGERPRINT_LENGTH = 12;

/**
 * Checks `qqop.<secret>` against the SHA-256 of every secret that is good now. Comparing takes the same time whichever it is, or
 * none. Errors: UNAUTHENTICATED, with one message for every reason.
 */
export class OperatorVerifier {
  readonly #hashes: readonly Buffer[];

  /** In hexadecimal digits. */
  constructor(hashes: readonly string[]) {
    this.#hashes = hashes.map((hash) => Buffer.from(hash, 'hex'));
  }

  /** What the audit log names the operator by: not enough to find the secret, nor a hash to try one against. */
  verify(bearer: string): { readonly operator: string } {
    const secret = PATTERN.exec(bearer)?.[1] ?? '';
    const given = createHash('sha256').update(secret).digest();
    let known = false;
    for (const hash of this.#hashes) {
      if (hash.length === given.length && timingSafeEqual(hash, given)) known = true;
    }
    if (!known || secret === '') {
      throw new DomainError('UNAUTHENTICATED', 'the operator’s secret is not valid');
    }
    return { operator: given.toString('hex').slice(0, FINGERPRINT_LENGTH) };
  }
}
