import { parseConversationId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import { begun, type AppLog, type ReadState } from './app-log.js';
import { READERS_LIMIT_DEFAULT, READERS_LIMIT_MAX } from './list-readers.js';

export interface ReadStatesInput {
  readonly conversationId: string;
  readonly pageToken: string;
  readonly limit: number;
}

export interface ReadStatesPage {
  readonly states: readonly ReadState[];
  readonly nextPageToken: string;
  readonly lastSeq: number;
}

/** How far current members have read and received. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class ListReadStates {
  constructor(readonly deps: { readonly log: Pick<AppLog, 'readStates'> }) {}

  async run({ appId }: BusinessContext, input: ReadStatesInput): Promise<ReadStatesPage> {
    const conversationId = parseConversationId(input.conversationId);
    const range = { byDefault: READERS_LIMIT_DEFAULT, max: READERS_LIMIT_MAX };
    const limit = pageLimit(input.limit, range);
    const [afterUserId] = decodePage(input.pageToken, ['id']) ?? [''];
    const page = { afterUserId, limit };
    const { states, lastSeq } = begun(await this.deps.log.readStates(appId, conversationId, page));
    const last = states.length < limit ? undefined : states.at(-1);
    return { states, lastSeq, nextPageToken: last === undefined ? '' : encodePage([last.userId]) };
  }
}
