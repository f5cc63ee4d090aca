import { invalidArgument, isId } from '@queqiao/domain';

/**
 * Bytes of what users said in one page for a device, unless a single one has more: half of what may wait for a socket, which is closed
 * beyond that.
 */
export const PAGE_MAX_BYTES = 262_144;

/** The first ones of a page that have no more bytes together than a limit; one at least. */
export function withinBytes<T>(
  rows: readonly T[],
  bytesOf: (row: T) => number,
  max = PAGE_MAX_BYTES,
): readonly T[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += bytesOf(row);
    return bytes > max && index > 0;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Errors: INVALID_ARGUMENT naming `limit`. */
export function pageLimit(
  limit: number,
  { byDefault, max }: { readonly byDefault: number; readonly max: number },
): number {
  if (limit === 0) return byDefault;
  if (limit < 1 || limit > max) {
    throw invalidArgument('limit', `must be 1 to ${max}, or 0 for ${byDefault}`);
  }
  return limit;
}

interface PartTypes {
  number: number;
  string: string;
  /** An id, or empty: what else it were, no column of ids could be compared with it. */
  id: string;
}
type PartType = keyof PartTypes;
type Parts<T extends readonly PartType[]> = { [I in keyof T]: PartTypes[T[I]] };

/**
 * Where a list goes on; the door binds it to the list. Holds nothing secret: whoever forges one only reads the list from another
 * place.
 */
export function encodePage(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Null for an empty token: the first page. Errors: INVALID_ARGUMENT naming the field. */
export function decodePage<const T extends readonly PartType[]>(
  token: string,
  types: T,
  field = 'page_token',
): Parts<T> | null {
  if (token === '') return null;
  const parts = parse(token);
  const right =
    Array.isArray(parts) &&
    parts.length === types.length &&
    types.every((type, index) => isPart(parts[index], type));
  if (!right) throw invalidArgument(field, 'is not a token of this list');
  return parts as unknown as Parts<T>;
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return null;
  }
}

function isPart(part: unknown, type: PartType): boolean {
  if (type === 'number') return Number.isSafeInteger(part);
  return typeof part === 'string' && (type === 'string' || part === '' || isId(part));
}
