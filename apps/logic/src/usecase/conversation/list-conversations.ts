import { parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { mustExist, type UserLookup } from '../must-exist.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import {
  byRecency,
  readBegun,
  readPage,
  totals,
  type ListedConversation,
} from './listed-conversations.js';
import type { ConversationLog, Membership } from './ports.js';

export const CONVERSATIONS_LIMIT_DEFAULT = 100;
export const CONVERSATIONS_LIMIT_MAX = 200;

export interface ListConversationsInput {
  readonly userId: string;
  readonly pageToken: string;
  readonly limit: number;
}

export interface ConversationsPage {
  readonly conversations: readonly ListedConversation[];
  readonly nextPageToken: string;
  readonly totalUnread: number;
  readonly totalUnreadMuted: number;
}

/**
 * What a user's devices list, most recently active first. Every page reads all of the user's rows, as every sync does.
 * Errors: INVALID_ARGUMENT, NOT_FOUND.
 */
export class ListConversations {
  constructor(
    readonly deps: {
      readonly log: Pick<ConversationLog, 'memberships' | 'shownEntries'>;
      readonly users: UserLookup;
    },
  ) {}

  async run({ appId }: BusinessContext, input: ListConversationsInput): Promise<ConversationsPage> {
    const userId = parseUserId(input.userId);
    const max = CONVERSATIONS_LIMIT_MAX;
    const limit = pageLimit(input.limit, { byDefault: CONVERSATIONS_LIMIT_DEFAULT, max });
    const after = decodePage(input.pageToken, ['number', 'string']);
    await mustExist(this.deps.users, appId, [userId], () => 'user_id');
    const all = await readBegun(this.deps.log, appId, userId);
    const rest = all.filter((each) => after === null || isAfter(each, after)).sort(byRecency);
    const first = rest.slice(0, limit);
    const { page, conversations } = await readPage(this.deps.log, appId, first);
    const last = page.at(-1);
    const nextPageToken =
      last === undefined || page.length === rest.length
        ? ''
        : encodePage([last.activeMs, last.member.conversationId]);
    return { conversations, nextPageToken, ...totals(all) };
  }
}

/** Behind a place of the list, whether or not that conversation is still there. */
function isAfter(
  { activeMs, member }: Membership,
  [afterMs, afterId]: readonly [number, string],
): boolean {
  return activeMs < afterMs || (activeMs === afterMs && member.conversationId > afterId);
}
