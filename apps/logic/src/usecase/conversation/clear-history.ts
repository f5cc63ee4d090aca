import { parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberChangeDeps, MemberChangeOptions } from './member-log.js';
import type { Membership } from './ports.js';
import { settleChange } from './settle-change.js';

/** Hides everything up to the newest entry from the caller, on all devices, and marks it read. Errors: NOT_FOUND. */
export class ClearHistory {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly conversationId: string },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    const key = { appId, userId: caller.userId, conversationId };
    const result = await this.deps.members.clearHistory({ ...key, ...this.options });
    return settleChange(this.deps.push, appId, result);
  }
}
