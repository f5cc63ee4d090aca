import { createHash } from 'node:crypto';

interface Asked {
  readonly path: string;
  readonly encodeRequest: (request: unknown) => Uint8Array;
}

/**
 * SHA-256 of the method and of all that a request says but its id, the same for every codec: a field that is not set is not in it,
 * so that a newer version, which knows more fields, makes the same of what an older one was asked. Undefined: it has no id.
 */
export function requestDigest(
  { path, encodeRequest }: Asked,
  request: unknown,
): Uint8Array | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { clientRequestId } = request as { readonly clientRequestId?: unknown };
  if (typeof clientRequestId !== 'string') return undefined;
  const asked = encodeRequest({ ...request, clientRequestId: '' });
  return createHash('sha256').update(`${path}\n`).update(asked).digest();
}
