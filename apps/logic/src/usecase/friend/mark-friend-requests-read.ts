import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { FriendNotices, Friends } from './ports.js';

export interface MarkFriendRequestsReadDeps {
  readonly friends: Pick<Friends, 'markRequestsRead'>;
  readonly notices: FriendNotices;
  readonly push: CommitPusher;
}

/** Marks the caller's incoming requests as seen; answers how many are not. Errors: INVALID_ARGUMENT. */
export class MarkFriendRequestsRead {
  constructor(
    readonly deps: MarkFriendRequestsReadDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: { readonly clientRequestId: string },
  ): Promise<{ unread: number }> {
    const { appId, caller } = context;
    const { friends, notices, push } = this.deps;
    const request = changeRequest(context, input.clientRequestId, 'MarkFriendRequestsRead');
    const work = { ...this.options, appId, request, userId: caller.userId };
    const entry = notice(actorOf(caller), notices.requestsRead(), { shown: false });
    return settled(push, await friends.markRequestsRead(work, entry));
  }
}
