import { DomainError, MEMBER_FLAGS } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import {
  changeFriends,
  type FriendChangeDeps,
  type FriendChangeInput,
  type Telling,
} from './change-deps.js';
import type { FriendFacts, FriendStep } from './ports.js';

/**
 * From its commit on nothing of that user reaches the caller: the same lock orders it among the messages of their chat. Errors:
 * INVALID_ARGUMENT, NOT_FOUND, LIMIT_EXCEEDED (maxBlocks).
 */
export class BlockUser {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: FriendChangeInput): Promise<null> {
    return changeFriends(this.deps, this.options, context, input, {
      method: 'BlockUser',
      feeds: 'own',
      chat: true,
      withCounts: true,
      decide: (facts, telling, { maxBlocks }) => {
        const { own } = facts;
        if (!own.blocks && own.blockCount >= maxBlocks) {
          throw new DomainError('LIMIT_EXCEEDED', `at most ${maxBlocks} users can be blocked`, {
            field: 'maxBlocks',
          });
        }
        const steps = own.blocks ? [] : blockSteps(facts, true, telling);
        return { steps, answer: () => null };
      },
    });
  }
}

export function blockSteps(
  { peer }: FriendFacts,
  blocked: boolean,
  { notices, actor }: Telling,
): FriendStep[] {
  const words = notices.blockChanged(peer.userId, blocked);
  const bit = MEMBER_FLAGS.blockedByPeer;
  return [
    { op: 'block', blocked, entry: notice(actor, words, { shown: false }) },
    { op: 'flags', userIds: [peer.userId], on: blocked ? bit : 0, off: blocked ? 0 : bit },
  ];
}
