import { DomainError, type UserId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { checkUserIds } from '../check-fields.js';
import { PRESENCE_MAX_USERS } from './get-presence.js';
import { offline, permitted, withLastSeen } from './may-see.js';
import type { PresenceRows, Subscriptions, UserPresence } from './ports.js';

/** A subscription that is not renewed is over after this. */
export const SUBSCRIPTION_LASTS_MS = 300_000;

export interface SubscribedPresence {
  readonly presences: readonly UserPresence[];
  readonly lastsMs: number;
  /** Whose changes will not be told, because too many watch already. */
  readonly crowdedUserIds: readonly UserId[];
}

/**
 * What the caller may know of each user, and from that moment on what changes. Who may not be seen is watched by nobody, so
 * that strangers take no places: a renewal finds out when that has changed. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNAVAILABLE.
 */
export class SubscribePresence {
  constructor(
    readonly deps: {
      readonly apps: Apps;
      readonly rows: PresenceRows;
      readonly subscriptions: Subscriptions;
    },
  ) {}

  async run(context: UserContext, given: readonly string[]): Promise<SubscribedPresence> {
    const { apps, rows } = this.deps;
    const { appId } = context;
    const userIds = checkUserIds(given, 'user_ids', PRESENCE_MAX_USERS);
    const viewerId = context.caller.userId;
    const rules = await activeApp(apps, appId);
    if (rules.presence) await this.#note(context, userIds);
    const sights = userIds.map((userId) => ({ userId, viewerId }));
    const visible = await permitted(rows, rules, appId, sights);
    const watched = await this.#watch(
      context,
      visible.map(({ userId }) => userId),
    );
    const known = new Map(
      (await withLastSeen(rows, appId, watched)).map((each) => [each.userId, each]),
    );
    return {
      presences: userIds.map((userId) => known.get(userId) ?? offline(userId)),
      lastsMs: SUBSCRIPTION_LASTS_MS,
      crowdedUserIds: watched.filter(({ watching }) => !watching).map(({ userId }) => userId),
    };
  }

  /** All that were asked for count, whether they may be seen or not: a limit tells nobody who has blocked whom. */
  async #note({ appId, caller }: UserContext, userIds: readonly UserId[]): Promise<void> {
    const viewer = { appId, userId: caller.userId };
    const { subscriptions } = this.deps;
    if (await subscriptions.noteWatched(viewer, userIds, SUBSCRIPTION_LASTS_MS)) return;
    throw new DomainError('LIMIT_EXCEEDED', 'too many users are watched at a time', {
      field: 'user_ids',
    });
  }

  async #watch({ appId, caller }: UserContext, userIds: readonly UserId[]) {
    if (userIds.length === 0) return [];
    const viewer = { appId, userId: caller.userId };
    const { subscriptions } = this.deps;
    const answers = await subscriptions.addWatcher(viewer, userIds, SUBSCRIPTION_LASTS_MS);
    return userIds.map((userId, at) => {
      const { watching = false, platforms = [] } = answers[at] ?? {};
      return { userId, watching, platforms };
    });
  }
}
