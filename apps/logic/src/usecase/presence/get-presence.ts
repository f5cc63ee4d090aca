import type { UserId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { BusinessContext, UserContext } from '../caller.js';
import { checkUserIds } from '../check-fields.js';
import { offline, permitted, withLastSeen } from './may-see.js';
import type { OnlineUsers, PresenceRows, UserPresence } from './ports.js';

export const PRESENCE_MAX_USERS = 100;

export interface PresenceReads {
  readonly online: OnlineUsers;
  readonly rows: PresenceRows;
}

/** What the caller may know of each user, in the order of the request. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNAVAILABLE. */
export class GetPresence {
  constructor(readonly deps: PresenceReads & { readonly apps: Apps }) {}

  async run({ appId, caller }: UserContext, given: readonly string[]): Promise<UserPresence[]> {
    const userIds = checkUserIds(given, 'user_ids', PRESENCE_MAX_USERS);
    const rules = await activeApp(this.deps.apps, appId);
    const sights = userIds.map((userId) => ({ userId, viewerId: caller.userId }));
    const visible = await permitted(this.deps.rows, rules, appId, sights);
    const seen = await truth(
      this.deps,
      appId,
      visible.map(({ userId }) => userId),
    );
    const known = new Map(seen.map((each) => [each.userId, each]));
    return userIds.map((userId) => known.get(userId) ?? offline(userId));
  }
}

/** How it is, for back ends. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNAVAILABLE. */
export class GetTruePresence {
  constructor(readonly deps: PresenceReads) {}

  async run({ appId }: BusinessContext, given: readonly string[]): Promise<UserPresence[]> {
    return truth(this.deps, appId, checkUserIds(given, 'user_ids', PRESENCE_MAX_USERS));
  }
}

async function truth(
  { online, rows }: PresenceReads,
  appId: UserContext['appId'],
  userIds: readonly UserId[],
): Promise<UserPresence[]> {
  if (userIds.length === 0) return [];
  const platforms = await online.platformsOf(userIds.map((userId) => ({ appId, userId })));
  const users = userIds.map((userId, at) => ({ userId, platforms: platforms[at] ?? [] }));
  return withLastSeen(rows, appId, users);
}
