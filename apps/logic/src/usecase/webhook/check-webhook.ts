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
    if (!known.has(type)) throw invalidArgument(`${field}[${index}]`, 'is no type of event');
  });
  return [...new Set(types)];
}

export function noSuchWebhook(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such webhook', { field: 'webhook_id' });
}
