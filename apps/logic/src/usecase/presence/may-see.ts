import type { AppId, UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { PresenceRows, Sight, SightFacts, UserPresence } from './ports.js';

/** Sights of one read. */
export const SIGHTS_PER_READ = 500;

/**
 * Whether a viewer learns if a user is online. The app's switch stands above everything, a block above the user's setting;
 * everybody sees oneself. Null: there is no such user.
 */
export function maySee(
  { presence }: Pick<AppRules, 'presence'>,
  facts: SightFacts | null,
): boolean {
  if (!presence || facts === null) return false;
  if (facts.userId === facts.viewerId) return true;
  if (facts.blocked) return false;
  return facts.rule === 'everyone' || (facts.rule === 'friends' && facts.friends);
}

/** Those of up to SIGHTS_PER_READ sights that may be. One read. */
export async function permitted<S extends Sight>(
  rows: Pick<PresenceRows, 'facts'>,
  rules: Pick<AppRules, 'presence'>,
  appId: AppId,
  sights: readonly S[],
): Promise<S[]> {
  if (!rules.presence || sights.length === 0) return [];
  const facts = await rows.facts(appId, sights);
  return sights.filter((_, at) => maySee(rules, facts[at] ?? null));
}

export function offline(userId: UserId): UserPresence {
  return { userId, platforms: [], lastSeenMs: 0 };
}

/** Presences of users whose platforms are known; when the others were last seen takes a read. */
export async function withLastSeen(
  rows: Pick<PresenceRows, 'lastSeenMs'>,
  appId: AppId,
  users: readonly { readonly userId: UserId; readonly platforms: readonly string[] }[],
): Promise<UserPresence[]> {
  const away = users.filter(({ platforms }) => platforms.length === 0);
  const ids = away.map(({ userId }) => userId);
  const seen = ids.length === 0 ? new Map<UserId, number>() : await rows.lastSeenMs(appId, ids);
  return users.map(({ userId, platforms }) => {
    const lastSeenMs = platforms.length === 0 ? (seen.get(userId) ?? 0) : 0;
    return { userId, platforms, lastSeenMs };
  });
}
