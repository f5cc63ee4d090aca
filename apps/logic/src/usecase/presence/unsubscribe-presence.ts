import type { UserContext } from '../caller.js';
import { checkUserIds } from '../check-fields.js';
import type { Subscriptions } from './ports.js';

export const UNSUBSCRIBE_MAX_USERS = 200;

/** Ends subscriptions of the caller's, all of them when no user is named. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNAVAILABLE. */
export class UnsubscribePresence {
  constructor(readonly deps: { readonly subscriptions: Pick<Subscriptions, 'removeWatcher'> }) {}

  async run({ appId, caller }: UserContext, given: readonly string[]): Promise<void> {
    const userIds =
      given.length === 0 ? [] : checkUserIds(given, 'user_ids', UNSUBSCRIBE_MAX_USERS);
    await this.deps.subscriptions.removeWatcher({ appId, userId: caller.userId }, userIds);
  }
}
