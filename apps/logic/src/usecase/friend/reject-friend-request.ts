import type { FriendRequestRecord } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeFriends, type FriendChangeDeps, type FriendChangeInput } from './change-deps.js';
import { checkText } from './check-friend.js';
import { demandPending } from './friend-rules.js';
import { requestStep } from './friend-steps.js';
import type { StoredRequest } from './ports.js';

export interface RejectFriendRequestInput extends FriendChangeInput {
  readonly answer: string;
}

/** Rejects a request of another user to the caller. Errors: INVALID_ARGUMENT, NOT_FOUND, CONFLICT (no longer pending). */
export class RejectFriendRequest {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: RejectFriendRequestInput): Promise<FriendRequestRecord> {
    const answer = checkText(input.answer, 'answer');
    return changeFriends(this.deps, this.options, context, input, {
      method: 'RejectFriendRequest',
      feeds: 'both',
      chat: false,
      decide: ({ peer, nowMs }, telling) => {
        const request: StoredRequest = {
          ...demandPending(peer.request, nowMs),
          state: 'rejected',
          answer,
          updatedMs: nowMs,
          read: true,
        };
        return { steps: [requestStep(request, telling)], answer: () => request };
      },
    });
  }
}
