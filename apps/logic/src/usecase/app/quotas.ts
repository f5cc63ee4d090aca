import { DomainError } from '@queqiao/domain';

import type { AppRules, AppState, AppUsage } from './ports.js';

type Quota = keyof AppRules & ('maxUsers' | 'maxGroups' | 'maxEntries');

const COUNTED = {
  maxUsers: 'users',
  maxGroups: 'groups',
  maxEntries: 'entries',
} as const satisfies Record<Quota, keyof AppUsage>;

/**
 * LIMIT_EXCEEDED for what would take an app beyond what it may have, by what it had when it was counted last: what came since is let
 * in, and shows in the next count.
 */
export function overQuota(
  { settings, usage }: AppState,
  quota: Quota,
  more = 1,
): DomainError | undefined {
  const limit = settings[quota];
  if (limit === 0 || (usage?.[COUNTED[quota]] ?? 0) + more <= limit) return undefined;
  const what = `the app may have ${limit} ${COUNTED[quota]}`;
  return new DomainError('LIMIT_EXCEEDED', what, { field: quota });
}
