import { DomainError, invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ConversationLog, Membership, StatePusher } from './ports.js';

export interface MarkReadOptions {
  /** Names this node in the dispatch row. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

/**
 * Moves the caller's read cursor forward and tells the caller's other devices. A lower seq than before changes nothing and is
 * no error, since devices mark in any order. Errors: INVALID_ARGUMENT (no such seq yet), NOT_FOUND.
 */
export class MarkRead {
  constructor(
    readonly deps: { readonly log: ConversationLog; readonly push: StatePusher },
    readonly options: MarkReadOptions,
  ) {}

  async run(
    context: UserContext,
    input: { readonly conversationId: string; readonly seq: number },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    if (input.seq < 1) throw invalidArgument('seq', 'must be at least 1');
    const { appId, caller } = context;
    const result = await this.deps.log.advanceRead({
      appId,
      userId: caller.userId,
      conversationId,
      seq: input.seq,
      ...this.options,
    });
    switch (result.status) {
      case 'moved':
        this.deps.push.pushState({
          appId,
          membership: result.membership,
          dispatchId: result.dispatchId,
        });
        return result.membership;
      case 'unchanged':
        return result.membership;
      case 'not-found':
        throw new DomainError('NOT_FOUND', 'there is no such conversation');
      case 'no-such-seq':
        throw invalidArgument('seq', 'there is no such entry yet');
    }
  }
}
