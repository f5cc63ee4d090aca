import { invalidArgument, parseConversationId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit, withinBytes } from '../paging.js';
import { begun, type AppLog } from './app-log.js';
import type { EntryRecord, SeqRange } from './ports.js';

export const MESSAGES_LIMIT_DEFAULT = 100;
export const MESSAGES_LIMIT_MAX = 500;
/** Bytes of contents of one page of a log for a back end, unless a single one is larger. */
export const MESSAGES_PAGE_MAX_BYTES = 1_048_576;

export interface ListMessagesInput {
  readonly conversationId: string;
  /** 0: from the end at which the list begins. */
  readonly fromSeq: number;
  readonly newestFirst: boolean;
  readonly pageToken: string;
  readonly limit: number;
}

export interface MessagesPage {
  readonly entries: readonly EntryRecord[];
  readonly nextPageToken: string;
  readonly lastSeq: number;
}

/**
 * The log of one conversation as it stands, whoever may see what of it. Contents of what was recalled or deleted are gone from
 * the store: nobody reads them any more. Errors: INVALID_ARGUMENT, NOT_FOUND.
 */
export class ListMessages {
  constructor(readonly deps: { readonly log: Pick<AppLog, 'heads' | 'entries'> }) {}

  async run({ appId }: BusinessContext, input: ListMessagesInput): Promise<MessagesPage> {
    const conversationId = parseConversationId(input.conversationId);
    const max = MESSAGES_LIMIT_MAX;
    const limit = pageLimit(input.limit, { byDefault: MESSAGES_LIMIT_DEFAULT, max });
    if (input.fromSeq < 0) throw invalidArgument('from_seq', 'must not be negative');
    const [fromSeq] = decodePage(input.pageToken, ['number']) ?? [input.fromSeq];
    const { lastSeq } = begun((await this.deps.log.heads(appId, [conversationId]))[0]);
    const { newestFirst } = input;
    const range = pageRange({ fromSeq, newestFirst, limit }, lastSeq);
    if (range.fromSeq > range.toSeq) return { entries: [], nextPageToken: '', lastSeq };
    const found = await this.deps.log.entries(appId, conversationId, range);
    const ordered = newestFirst ? [...found].reverse() : found;
    const bytesOf = ({ content }: EntryRecord): number => content.byteLength;
    const entries = withinBytes(ordered, bytesOf, MESSAGES_PAGE_MAX_BYTES);
    return { entries, nextPageToken: nextToken(entries, newestFirst, lastSeq), lastSeq };
  }
}

/** Seqs have no gaps: a page is a range of them. */
function pageRange(
  from: { readonly fromSeq: number; readonly newestFirst: boolean; readonly limit: number },
  lastSeq: number,
): SeqRange {
  const { fromSeq, newestFirst, limit } = from;
  if (newestFirst) {
    const toSeq = fromSeq === 0 ? lastSeq : Math.min(fromSeq, lastSeq);
    return { fromSeq: Math.max(1, toSeq - limit + 1), toSeq };
  }
  const first = Math.max(1, fromSeq);
  return { fromSeq: first, toSeq: Math.min(lastSeq, first + limit - 1) };
}

function nextToken(entries: readonly EntryRecord[], newestFirst: boolean, lastSeq: number): string {
  const last = entries.at(-1)?.seq ?? 0;
  if (newestFirst) return last > 1 ? encodePage([last - 1]) : '';
  return last < lastSeq ? encodePage([last + 1]) : '';
}
