import { parseUserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { demand, demandMember } from './group-rules.js';
import type { GroupStep } from './ports.js';

export interface TransferOwnershipInput extends GroupChangeInput {
  readonly userId: string;
}

/**
 * Makes a member the owner, who may speak whatever was before, and the owner an ordinary member. Errors: INVALID_ARGUMENT,
 * NOT_FOUND (the group, the member), NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class TransferOwnership {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: TransferOwnershipInput): Promise<null> {
    const { caller } = context;
    const userId = parseUserId(input.userId);
    return changeGroup(this.deps, this.options, context, input, {
      method: 'TransferOwnership',
      userIds: [userId],
      decide: (facts) => {
        demand('transfer', caller, facts);
        const { mutedUntilMs } = demandMember(facts, userId, 'user_id');
        const { ownerId } = facts.group;
        if (userId === ownerId) return { answer: null, steps: [] };
        const entry = notice(actorOf(caller), this.deps.notices.ownerChanged(userId, ownerId));
        const steps: GroupStep[] = [
          { op: 'entry', entry },
          { op: 'role', userIds: [ownerId], role: 'member' },
          { op: 'role', userIds: [userId], role: 'owner' },
          { op: 'owner', userId },
        ];
        if (mutedUntilMs > 0) steps.push({ op: 'mute', userIds: [userId], untilMs: 0 });
        return { answer: null, steps };
      },
    });
  }
}
