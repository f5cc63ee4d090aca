import type { IncomingMessage } from 'node:http';
import { DomainError, invalidArgument } from '@queqiao/domain';

/** Names and one token: anything longer is not for us. */
export const MAX_BODY_BYTES = 16 * 1024;

/** The request's body, which must be a JSON object. Throws INVALID_ARGUMENT, or LIMIT_EXCEEDED when it is too long. */
export async function readJson(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>>> {
  // Requiring this type keeps other sites' forms out: a browser asks us first (and we do not allow it).
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw invalidArgument('content-type', 'must be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed when too long: the answer goes out on the same connection.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new DomainError('LIMIT_EXCEEDED', `body: more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument('body', 'must be a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DomainError('INVALID_ARGUMENT', 'body: is not JSON', { field: 'body', cause: error });
  }
}

/** Throws INVALID_ARGUMENT unless the field is a string. */
export function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw invalidArgument(name, 'must be a string');
  return value;
}

/** Throws INVALID_ARGUMENT unless the field is a list of at most `max` strings. */
export function textListField(
  body: Readonly<Record<string, unknown>>,
  name: string,
  max: number,
): string[] {
  const value = body[name];
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) {
    throw invalidArgument(name, 'must be a list of strings');
  }
  if (value.length > max) throw invalidArgument(name, `has more than ${max} items`);
  return value;
}
