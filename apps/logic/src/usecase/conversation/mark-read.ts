import { invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberChangeDeps, MemberChangeOptions } from './member-log.js';
import type { Membership } from './ports.js';
import { settleChange } from './settle-change.js';

/**
 * Moves the caller's read cursor forward, takes a mark as unread away, and tells the caller's other devices and the other
 * side of a direct chat. A lower seq than before changes nothing and is no error, since devices mark in any order. Errors:
 * INVALID_ARGUMENT (no such seq yet), NOT_FOUND.
 */
export class MarkRead {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(
    { appId, caller, signal }: UserContext,
    input: { readonly conversationId: string; readonly seq: number },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    const { seq } = input;
    if (seq < 1) throw invalidArgument('seq', 'must be at least 1');
    const key = { appId, userId: caller.userId, conversationId, signal };
    const result = await this.deps.members.advanceRead({ ...key, seq, ...this.options });
    return settleChange(this.deps.push, appId, result);
  }
}
