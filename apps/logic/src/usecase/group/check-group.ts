import type { UserId } from '@queqiao/domain';
import { checkUserIds } from '../check-fields.js';

/** Users that one call names. */
export const GROUP_CALL_MAX_USERS = 500;

/** Distinct ids, in the order of the request. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkGroupUsers(given: readonly string[]): UserId[] {
  return checkUserIds(given, 'user_ids', GROUP_CALL_MAX_USERS);
}
