import { conversationRef, parseConversationId, type ConversationId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { begun, type AppLog, type ConversationSummary } from './app-log.js';
import type { ConversationLog, EntryRecord } from './ports.js';

export interface AppConversation extends ConversationSummary {
  readonly conversationId: ConversationId;
  /** Of what is no group: whose it is. */
  readonly userIds: readonly string[];
  readonly shown: EntryRecord | null;
}

/** One conversation of the app, whoever is in it. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class GetConversation {
  constructor(
    readonly deps: {
      readonly log: Pick<AppLog, 'summary'> & Pick<ConversationLog, 'shownEntries'>;
    },
  ) {}

  async run(
    { appId }: BusinessContext,
    input: { readonly conversationId: string },
  ): Promise<AppConversation> {
    const conversationId = parseConversationId(input.conversationId);
    const { log } = this.deps;
    const summary = begun(await log.summary(appId, conversationId));
    const [shown] = await log.shownEntries(appId, [{ conversationId, seq: summary.shownSeq }]);
    const userIds = usersOf(conversationId);
    return { ...summary, conversationId, userIds, shown: shown?.entry ?? null };
  }
}

function usersOf(conversationId: ConversationId): readonly string[] {
  const ref = conversationRef(conversationId);
  switch (ref.kind) {
    case 'direct':
      return ref.a === ref.b ? [ref.a] : [ref.a, ref.b];
    case 'self':
      return [ref.user];
    case 'group':
      return [];
  }
}
