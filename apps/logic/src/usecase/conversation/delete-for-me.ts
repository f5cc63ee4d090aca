import { invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberChangeDeps, MemberChangeOptions } from './member-log.js';
import type { Membership } from './ports.js';
import { settleChange } from './settle-change.js';

export const DELETE_FOR_ME_MAX = 500;

/**
 * Hides entries from the caller alone, on all devices. Hidden ones may be named again. Errors: INVALID_ARGUMENT (too many, or
 * no such entry yet), NOT_FOUND.
 */
export class DeleteForMe {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(
    { appId, caller, signal }: UserContext,
    input: { readonly conversationId: string; readonly seqs: readonly number[] },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    const { seqs } = input;
    if (seqs.length < 1 || seqs.length > DELETE_FOR_ME_MAX) {
      throw invalidArgument('seqs', `must be 1 to ${DELETE_FOR_ME_MAX}`);
    }
    seqs.forEach((seq, index) => {
      if (seq < 1) throw invalidArgument(`seqs[${index}]`, 'must be at least 1');
    });
    const key = { appId, userId: caller.userId, conversationId, signal };
    const result = await this.deps.members.deleteForMe({ ...key, seqs, ...this.options });
    return settleChange(this.deps.push, appId, result, (seq) => `seqs[${seqs.indexOf(seq)}]`);
  }
}
