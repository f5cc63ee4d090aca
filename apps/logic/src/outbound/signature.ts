import { createHmac, randomBytes } from 'node:crypto';

export const SIGNING_SECRET_PREFIX = 'whsec_';
export const SIGNING_SECRET_BYTES = 32;

/** What a secret looks like to whoever verifies with it. */
export function signingSecretText(secret: Uint8Array): string {
  return SIGNING_SECRET_PREFIX + Buffer.from(secret).toString('base64');
}

export function newSigningSecret(): Buffer {
  return randomBytes(SIGNING_SECRET_BYTES);
}

export interface SignedMessage {
  /** Without a full stop, or what is signed would say two things. */
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string | Uint8Array;
}

/**
 * The headers of the Standard Webhooks specification: a signature by each secret, the newest first, so that whoever still has an
 * older one can verify too.
 */
export function signedHeaders(
  secrets: readonly Uint8Array[],
  { id, timestampSeconds, body }: SignedMessage,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(timestampSeconds);
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
    return `v1,${digest.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
