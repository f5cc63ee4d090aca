import { invalidArgument } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkGroupUsers } from './check-group.js';
import { currentMembers, demand, demandRank } from './group-rules.js';

export interface MuteMembersInput extends GroupChangeInput {
  readonly userIds: readonly string[];
  /** 0, or a time that is over: they may speak. */
  readonly untilMs: number;
}

/**
 * Lets members that are below the caller not speak until a time; who is none is passed over. Errors: INVALID_ARGUMENT,
 * NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class MuteMembers {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: MuteMembersInput): Promise<null> {
    const { caller } = context;
    const userIds = checkGroupUsers(input.userIds);
    if (!Number.isSafeInteger(input.untilMs) || input.untilMs < 0) {
      throw invalidArgument('until_ms', 'must be 0 or a time');
    }
    return changeGroup(this.deps, this.options, context, input, {
      method: 'MuteMembers',
      userIds,
      decide: (facts) => {
        const actor = demand('mute-member', caller, facts);
        const members = currentMembers(facts, userIds);
        demandRank(actor, members, 'user_ids');
        const untilMs = input.untilMs > facts.nowMs ? input.untilMs : 0;
        const changed = members
          .filter(({ mutedUntilMs }) => mutedUntilMs !== untilMs)
          .map(({ userId }) => userId);
        if (changed.length === 0) return { answer: null, steps: [] };
        const entry = notice(actorOf(caller), this.deps.notices.membersMuted(changed, untilMs));
        return {
          answer: null,
          steps: [
            { op: 'entry', entry },
            { op: 'mute', userIds: changed, untilMs },
          ],
        };
      },
    });
  }
}
