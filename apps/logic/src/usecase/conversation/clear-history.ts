import { parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberChangeDeps, MemberChangeOptions } from './member-log.js';
import type { Membership } from './ports.js';
import { checkThrough, settleChange } from './settle-change.js';

/**
 * Hides everything up to an entry (0: the newest) from the caller, on all devices, and marks it read. Errors:
 * INVALID_ARGUMENT (no such entry yet), NOT_FOUND.
 */
export class ClearHistory {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(
    { appId, caller, signal }: UserContext,
    input: { readonly conversationId: string; readonly throughSeq: number },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    const { throughSeq } = input;
    checkThrough(throughSeq);
    const key = { appId, userId: caller.userId, conversationId, signal };
    const result = await this.deps.members.clearHistory({ ...key, throughSeq, ...this.options });
    return settleChange(this.deps.push, appId, result, () => 'through_seq');
  }
}
