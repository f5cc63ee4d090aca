import { DomainError, invalidArgument, parseUserId, type UserId } from '@queqiao/domain';

/** Distinct ids, in the order of the request. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkUserIds(given: readonly string[], field: string, max: number): UserId[] {
  if (given.length === 0) throw invalidArgument(field, 'must not be empty');
  if (given.length > max) {
    throw new DomainError('LIMIT_EXCEEDED', `at most ${max} users in one call`, { field });
  }
  return [...new Set(given.map((id, index) => parseUserId(id, `${field}[${index}]`)))];
}

/** Errors: INVALID_ARGUMENT for a text that is too long. */
export function checkLength(value: string, max: number, field: string, min = 0): string {
  const { length } = Array.from(value);
  if (length < min || length > max) {
    const range = min === 0 ? `at most ${max}` : `${min} to ${max}`;
    throw invalidArgument(field, `must have ${range} characters`);
  }
  return value;
}

/** The same for bytes of UTF-8. */
export function checkBytes(value: string, max: number, field: string): string {
  if (Buffer.byteLength(value) > max) {
    throw invalidArgument(field, `must have at most ${max} bytes`);
  }
  return value;
}
