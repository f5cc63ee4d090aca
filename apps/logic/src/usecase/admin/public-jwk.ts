import { invalidArgument } from '@queqiao/domain';

export const PUBLIC_JWK_MAX_LENGTH = 1_024;
const KEY_BYTES = 32;

/** The public half of an Ed25519 pair and nothing else, as JSON. Errors: INVALID_ARGUMENT, also for one with its private half. */
export function parsePublicJwk(text: string, kid: string, field: string): string {
  const { kty, crv, x, ...rest } = parse(text, field);
  // Whoever sends it has sent it somewhere: the pair is spoilt.
  if ('d' in rest) throw invalidArgument(field, 'holds a private key: make another pair');
  if (kty !== 'OKP' || crv !== 'Ed25519') {
    throw invalidArgument(field, 'must have kty OKP and crv Ed25519');
  }
  const bytes = typeof x === 'string' ? Buffer.from(x, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES || bytes.toString('base64url') !== x) {
    throw invalidArgument(field, `must have ${KEY_BYTES} bytes of base64url in x`);
  }
  return JSON.stringify({ kty, crv, x, alg: 'EdDSA', kid });
}

function parse(text: string, field: string): Record<string, unknown> {
  if (text.length > PUBLIC_JWK_MAX_LENGTH) {
    throw invalidArgument(field, `must have at most ${PUBLIC_JWK_MAX_LENGTH} characters`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Answered below.
  }
  throw invalidArgument(field, 'must be a JWK');
}
