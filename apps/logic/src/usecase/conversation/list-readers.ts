import {
  DomainError,
  invalidArgument,
  isId,
  isVisible,
  parseConversationId,
  type ConversationId,
} from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberLog, Readers, ReadersQuery } from './member-log.js';
import type { ConversationLog } from './ports.js';

export const READERS_LIMIT_DEFAULT = 100;
export const READERS_LIMIT_MAX = 200;

export interface ReadersRequest {
  readonly conversationId: string;
  readonly seq: number;
  readonly unread: boolean;
  readonly pageToken: string;
  readonly limit: number;
}

export interface ReadersAnswer extends Readers {
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/**
 * Who has read one message of the caller's own, or has not, by user id. Only members who could see it when it was written, and
 * never the caller. Errors: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED (somebody else's entry).
 */
export class ListReaders {
  constructor(
    readonly deps: {
      readonly log: Pick<ConversationLog, 'member' | 'entries'>;
      readonly members: Pick<MemberLog, 'readers'>;
    },
  ) {}

  async run(context: UserContext, request: ReadersRequest): Promise<ReadersAnswer> {
    const conversationId = parseConversationId(request.conversationId);
    const page = checkReadersPage(request);
    await this.#checkOwn(context, conversationId, page.seq);
    const { appId, caller } = context;
    const query = { appId, conversationId, senderId: caller.userId, ...page };
    return pageOfReaders(await this.deps.members.readers(query), page);
  }

  async #checkOwn(
    { appId, caller }: UserContext,
    conversationId: ConversationId,
    seq: number,
  ): Promise<void> {
    const membership = await this.deps.log.member(appId, caller.userId, conversationId);
    if (!membership) {
      throw new DomainError('NOT_FOUND', 'there is no such conversation', {
        field: 'conversation_id',
      });
    }
    const visible = isVisible(membership.member, seq) && seq <= membership.lastSeq;
    const range = { fromSeq: seq, toSeq: seq };
    const [entry] = visible ? await this.deps.log.entries(appId, conversationId, range) : [];
    if (!entry) throw new DomainError('NOT_FOUND', 'there is no such entry', { field: 'seq' });
    const { kind, id } = entry.sender;
    if (kind !== 'user' || id !== caller.userId) {
      throw new DomainError('PERMISSION_DENIED', 'only the sender may ask who has read it', {
        field: 'seq',
      });
    }
  }
}

type ReadersPage = Pick<ReadersQuery, 'seq' | 'unread' | 'afterUserId' | 'limit'>;

/** Errors: INVALID_ARGUMENT. */
export function checkReadersPage(request: ReadersRequest): ReadersPage {
  const { seq, unread, pageToken } = request;
  const limit = checkedLimit(request.limit);
  if (seq < 1) throw invalidArgument('seq', 'must be at least 1');
  if (pageToken !== '' && !isId(pageToken)) {
    throw invalidArgument('page_token', 'is not a token of this server');
  }
  return { seq, unread, afterUserId: pageToken, limit };
}

export function pageOfReaders(readers: Readers, { limit }: ReadersPage): ReadersAnswer {
  const nextPageToken = readers.userIds.length < limit ? '' : (readers.userIds.at(-1) ?? '');
  return { ...readers, nextPageToken };
}

function checkedLimit(limit: number): number {
  if (limit === 0) return READERS_LIMIT_DEFAULT;
  if (limit < 1 || limit > READERS_LIMIT_MAX) {
    throw invalidArgument(
      'limit',
      `must be 1 to ${READERS_LIMIT_MAX}, or 0 for ${READERS_LIMIT_DEFAULT}`,
    );
  }
  return limit;
}
