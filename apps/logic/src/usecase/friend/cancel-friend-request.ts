import type { FriendRequestRecord } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeFriends, type FriendChangeDeps, type FriendChangeInput } from './change-deps.js';
import { demandPending } from './friend-rules.js';
import { requestStep } from './friend-steps.js';
import type { StoredRequest } from './ports.js';

/** Takes the caller's request to another user back. Errors: INVALID_ARGUMENT, NOT_FOUND, CONFLICT (no longer pending). */
export class CancelFriendRequest {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: FriendChangeInput): Promise<FriendRequestRecord> {
    return changeFriends(this.deps, this.options, context, input, {
      method: 'CancelFriendRequest',
      feeds: 'both',
      chat: false,
      decide: ({ own, nowMs }, telling) => {
        const request: StoredRequest = {
          ...demandPending(own.request, nowMs),
          state: 'cancelled',
          updatedMs: nowMs,
        };
        // Whether it was seen is the business of the one who was asked.
        const answer = { ...request, read: false };
        return { steps: [requestStep(request, telling)], answer: () => answer };
      },
    });
  }
}
