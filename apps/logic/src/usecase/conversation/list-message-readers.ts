import { DomainError, parseConversationId, type UserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { begun, type AppLog } from './app-log.js';
import {
  checkReadersPage,
  pageOfReaders,
  type ReadersAnswer,
  type ReadersRequest,
} from './list-readers.js';
import type { MemberLog } from './member-log.js';

/** Who has read any entry, or has not, its sender left out. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class ListMessageReaders {
  constructor(
    readonly deps: {
      readonly log: Pick<AppLog, 'heads' | 'entries'>;
      readonly members: Pick<MemberLog, 'readers'>;
    },
  ) {}

  async run({ appId }: BusinessContext, request: ReadersRequest): Promise<ReadersAnswer> {
    const conversationId = parseConversationId(request.conversationId);
    const page = checkReadersPage(request);
    const { log, members } = this.deps;
    begun((await log.heads(appId, [conversationId]))[0]);
    const { seq } = page;
    const [entry] = await log.entries(appId, conversationId, { fromSeq: seq, toSeq: seq });
    if (!entry) throw new DomainError('NOT_FOUND', 'there is no such entry', { field: 'seq' });
    const { kind, id } = entry.sender;
    // No user has an empty id.
    const senderId = (kind === 'user' ? id : '') as UserId;
    return pageOfReaders(await members.readers({ appId, conversationId, senderId, ...page }), page);
  }
}
