import { invalidArgument, parseConversationId, type ConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { CatchUpResult, ConversationLog, LogEpoch, PullResult } from './ports.js';
import { EMPTY_PULL, ownWithoutCreating } from './pull-entries.js';

export const CATCH_UP_MAX_RANGES = 100;

export interface CatchUpAnswer {
  /** In the order of the ranges; null: no such conversation for the caller. */
  readonly answers: readonly {
    readonly conversationId: ConversationId;
    readonly result: PullResult | null;
  }[];
  readonly logEpoch: number;
  /** Ranges were left out, or some answer has more. */
  readonly hasMore: boolean;
}

/**
 * What is missing of several conversations, in a bounded answer and a number of reads that does not depend on how many they
 * are. A conversation that does not exist is told apart and spoils nothing. Errors: INVALID_ARGUMENT.
 */
export class CatchUp {
  constructor(
    readonly deps: {
      readonly log: Pick<ConversationLog, 'catchUp'>;
      readonly epoch: LogEpoch;
    },
  ) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly ranges: readonly { conversationId: string; fromSeq: number }[] },
  ): Promise<CatchUpAnswer> {
    const wanted = checkedRanges(input.ranges);
    const [logEpoch, results] = await Promise.all([
      this.deps.epoch.logEpoch(),
      this.deps.log.catchUp(appId, caller.userId, wanted),
    ]);
    const answers = results.map(({ conversationId, result }: CatchUpResult) => ({
      conversationId,
      result: result ?? (ownWithoutCreating(conversationId, caller.userId) ? EMPTY_PULL : null),
    }));
    const cut = answers.some(({ result }) => result?.hasMore === true);
    return { answers, logEpoch, hasMore: cut || answers.length < wanted.length };
  }
}

function checkedRanges(
  ranges: readonly { conversationId: string; fromSeq: number }[],
): { conversationId: ConversationId; fromSeq: number }[] {
  if (ranges.length < 1 || ranges.length > CATCH_UP_MAX_RANGES) {
    throw invalidArgument('ranges', `must be 1 to ${CATCH_UP_MAX_RANGES}`);
  }
  const seen = new Set<ConversationId>();
  return ranges.map(({ conversationId: id, fromSeq }, index) => {
    const path = `ranges[${index}]`;
    const conversationId = parseConversationId(id, `${path}.conversation_id`);
    if (seen.has(conversationId)) {
      throw invalidArgument(`${path}.conversation_id`, 'must not be named twice');
    }
    seen.add(conversationId);
    if (fromSeq < 0) throw invalidArgument(`${path}.from_seq`, 'must not be negative');
    return { conversationId, fromSeq: Math.max(1, fromSeq) };
  });
}
