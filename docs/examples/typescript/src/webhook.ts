import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const TOLERANCE_S = 300;

/**
 * Throws unless the server has signed this request lately (https://www.standardwebhooks.com). A request may come twice: work off each
 * `webhook-id` once.
 */
export function verifyWebhook(secret: string, headers: IncomingHttpHeaders, body: string): void {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const ageS = Math.abs(Date.now() / 1_000 - Number(timestamp));
  if (!(ageS <= TOLERANCE_S)) throw new Error('webhook: too old, or no time at all');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // Several while the secret is being changed.
  const signatures = String(headers['webhook-signature']).split(' ');
  const signed = signatures.some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!signed) throw new Error('webhook: wrong signature');
}
