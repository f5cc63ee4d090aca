import { DomainError, invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ConversationLog, LogEpoch, PullResult } from './ports.js';

export const PULL_LIMIT_DEFAULT = 100;
export const PULL_LIMIT_MAX = 500;

export const EMPTY_PULL: PullResult = {
  entries: [],
  notVisible: [],
  lastSeq: 0,
  hasMore: false,
};

export interface PullRequest {
  readonly conversationId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly limit: number;
  readonly backwards: boolean;
}

export interface PullAnswer extends PullResult {
  readonly logEpoch: number;
}

/**
 * A range of one log, trimmed to what the caller may see. A direct chat in which nobody has written yet is empty, not missing,
 * for its two users. Errors: INVALID_ARGUMENT, NOT_FOUND.
 */
export class PullEntries {
  constructor(readonly deps: { readonly log: ConversationLog; readonly epoch: LogEpoch }) {}

  async run(context: UserContext, request: PullRequest): Promise<PullAnswer> {
    const { appId } = context;
    const { userId } = context.caller;
    const conversationId = parseConversationId(request.conversationId);
    const range = checkedRange(request);
    const [logEpoch, result] = await Promise.all([
      this.deps.epoch.logEpoch(),
      this.deps.log.pull({ appId, userId, conversationId, ...range }),
    ]);
    if (result) return { ...result, logEpoch };
    if (ownWithoutCreating(conversationId, userId)) {
      return { ...EMPTY_PULL, logEpoch };
    }
    throw new DomainError('NOT_FOUND', 'there is no such conversation', {
      field: 'conversation_id',
    });
  }
}

/** Direct chats and self feeds of the user need no create step, so they exist before their first entry. */
export function ownWithoutCreating(conversationId: string, userId: string): boolean {
  const [prefix, first, second] = conversationId.split(':');
  return (
    (prefix === 'd' && (first === userId || second === userId)) ||
    (prefix === 's' && first === userId)
  );
}

function checkedRange(request: PullRequest): Omit<PullRequest, 'conversationId'> {
  const { fromSeq, toSeq, limit, backwards } = request;
  if (fromSeq < 0) throw invalidArgument('from_seq', 'must not be negative');
  if (toSeq < 0) throw invalidArgument('to_seq', 'must not be negative');
  const first = fromSeq === 0 ? 1 : fromSeq;
  if (toSeq !== 0 && toSeq < first) throw invalidArgument('to_seq', 'must not be below from_seq');
  if (limit < 0 || limit > PULL_LIMIT_MAX) {
    throw invalidArgument(
      'limit',
      `must be 1 to ${PULL_LIMIT_MAX}, or 0 for ${PULL_LIMIT_DEFAULT}`,
    );
  }
  return { fromSeq: first, toSeq, limit: limit === 0 ? PULL_LIMIT_DEFAULT : limit, backwards };
}
