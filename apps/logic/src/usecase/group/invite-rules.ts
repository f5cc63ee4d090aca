import { DomainError, type InviteRule, type UserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import type { InviteRules } from './ports.js';

export interface SortedByRule {
  readonly atOnce: UserId[];
  readonly asked: UserId[];
}

/**
 * Read before the lock, because what users decide about themselves is under no lock of the group; judged under it, so that a
 * repeated request is answered whatever has been decided since.
 */
export function readRules(
  rules: InviteRules,
  { appId, caller }: Pick<CallContext, 'appId' | 'caller'>,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, InviteRule>> {
  return rules.of(appId, caller.kind === 'user' ? caller.userId : null, userIds);
}

/** Throws PERMISSION_DENIED naming the first one who may not be brought in by the caller. */
export function sortByRule(
  userIds: readonly UserId[],
  rules: ReadonlyMap<UserId, InviteRule>,
  field: string,
): SortedByRule {
  const refusing = userIds.find((id) => (rules.get(id) ?? 'no') === 'no');
  if (refusing !== undefined) {
    const message = `${refusing} may not be brought in by the caller`;
    throw new DomainError('PERMISSION_DENIED', message, { field });
  }
  return {
    atOnce: userIds.filter((id) => rules.get(id) === 'at-once'),
    asked: userIds.filter((id) => rules.get(id) === 'ask'),
  };
}
