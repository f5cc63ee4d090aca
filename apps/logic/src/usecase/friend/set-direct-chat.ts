import { MEMBER_FLAGS, type UserId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { BusinessContext } from '../caller.js';
import { changeRequest, settled } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { existOrAnswered } from '../must-exist.js';
import type { FriendChangeDeps } from './change-deps.js';
import { checkPair } from './pairs.js';

export interface SetDirectChatInput {
  readonly clientRequestId: string;
  readonly userA: string;
  readonly userB: string;
  readonly allowed: boolean;
}

/** Lets two users talk directly whatever they are to each other, or no longer. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class SetDirectChat {
  constructor(
    readonly deps: Omit<FriendChangeDeps, 'notices'>,
    readonly options: ChangeOptions,
  ) {}

  async run(context: BusinessContext, input: SetDirectChatInput): Promise<null> {
    const { apps, friends, push } = this.deps;
    const { appId } = context;
    const request = changeRequest(context, input.clientRequestId, 'SetDirectChat');
    const { userA, userB } = checkPair(input);
    await activeApp(apps, appId);
    const fieldOf = (missing: UserId) => (missing === userA ? 'user_a' : 'user_b');
    const both = [userA, userB];
    const first = await existOrAnswered(this.deps, { appId, request }, both, fieldOf);
    if (first !== undefined) return null;
    const work = { ...this.options, appId, request, userId: userA, peerId: userB };
    const [on, off] = input.allowed ? [MEMBER_FLAGS.allowed, 0] : [0, MEMBER_FLAGS.allowed];
    const outcome = await friends.change({ ...work, feeds: 'none', chat: true }, () => ({
      steps: [{ op: 'flags', userIds: [userA, userB], on, off }],
      answer: () => null,
    }));
    return settled(push, outcome);
  }
}
