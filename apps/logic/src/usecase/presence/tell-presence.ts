import { parseAppId, type UserId } from '@queqiao/domain';

import type { Apps } from '../app/ports.js';
import { checkUserIds } from '../check-fields.js';
import { permitted, SIGHTS_PER_READ, withLastSeen } from './may-see.js';
import type { PresencePusher, PresenceRows, Subscriptions } from './ports.js';

export const CHANGED_MAX_USERS = 100;

/**
 * Tells those who watch users, and may still see them, where these are online now. Whoever asked need not know what came of
 * it: an app without presence, a user whom nobody watches and one that nothing has changed for answer alike.
 * Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNAVAILABLE.
 */
export class TellPresence {
  constructor(
    readonly deps: {
      readonly apps: Apps;
      readonly rows: PresenceRows;
      readonly subscriptions: Pick<Subscriptions, 'takeChanges'>;
      readonly pusher: PresencePusher;
    },
  ) {}

  async run(input: { readonly appId: string; readonly userIds: readonly string[] }): Promise<void> {
    const appId = parseAppId(input.appId);
    const userIds = checkUserIds(input.userIds, 'user_ids', CHANGED_MAX_USERS);
    const app = await this.deps.apps.app(appId);
    if (app?.status !== 'active' || !app.settings.presence) return;
    const { subscriptions, rows } = this.deps;
    const changes = await subscriptions.takeChanges(userIds.map((userId) => ({ appId, userId })));
    const users = changes.map((change) => ({ ...change, userId: change.userId as UserId }));
    const presences = await withLastSeen(rows, appId, users);
    const tellings = presences.flatMap((presence, at) =>
      (users[at]?.watchers ?? []).map((viewer) => ({
        userId: presence.userId,
        viewerId: viewer as UserId,
        presence,
      })),
    );
    for (let from = 0; from < tellings.length; from += SIGHTS_PER_READ) {
      const some = tellings.slice(from, from + SIGHTS_PER_READ);
      const told = await permitted(rows, app.settings, appId, some);
      if (told.length > 0) this.deps.pusher.pushPresences(appId, told);
    }
  }
}
