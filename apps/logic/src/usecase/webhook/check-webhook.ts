import { DomainError, invalidArgument } from '@queqiao/domain';

export const WEBHOOK_TYPES_MAX = 100;

/** Each once. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkTypes(
  types: readonly string[],
  known: ReadonlySet<string>,
  field: string,
): readonly string[] {
  if (types.length > WEBHOOK_TYPES_MAX) {
    throw new DomainError('LIMIT_EXCEEDED', `at most ${WEBHOOK_TYPES_MAX} types`, { field });
  }
  types.forEach((type, index) => {
    if (!known.has(type)) throw invalidArgument(`${field}[${index}]`, notAType(type, known));
  });
  return [...new Set(types)];
}

/** With the one that is spelled otherwise, or all of them. */
function notAType(type: string, known: ReadonlySet<string>): string {
  const letters = (name: string) => name.replaceAll(/[^a-z0-9]/gi, '').toLowerCase();
  const meant = [...known].find((name) => letters(name) === letters(type));
  if (meant !== undefined) return `is no type of event; there is ${meant}`;
  return `is no type of event; there are ${[...known].sort().join(', ')}`;
}

export function noSuchWebhook(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such webhook', { field: 'webhook_id' });
}
