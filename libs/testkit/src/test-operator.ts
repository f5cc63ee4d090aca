import { createHash, randomBytes } from 'node:crypto';

/** An operator of the deployment under test, whose secret is made for it. */
export class TestOperator {
  readonly #secret = randomBytes(32).toString('base64url');

  /** The value of `authorization` is `Bearer ` and this. */
  get bearer(): string {
    return `qqop.${this.#secret}`;
  }

  /** For QUEQIAO_OPERATOR_SECRET_SHA256. */
  get sha256(): string {
    return createHash('sha256').update(this.#secret).digest('hex');
  }

  /** As the audit log names it. */
  get fingerprint(): string {
    return this.sha256.slice(0, 12);
  }
}
