import type { UserContext } from '../caller.js';
import { decodePage, encodePage, pageLimit, withinBytes } from '../paging.js';
import type { MomentNotices, NoticeRecord } from './ports.js';

export const NOTICES_LIMIT_DEFAULT = 50;
export const NOTICES_LIMIT_MAX = 100;

/** What others did that concerns the caller, newest first. Errors: INVALID_ARGUMENT. */
export class ListNotices {
  constructor(readonly deps: { readonly notices: Pick<MomentNotices, 'list'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly pageToken: string; readonly limit: number; readonly unreadOnly: boolean },
  ): Promise<{ notices: readonly NoticeRecord[]; nextPageToken: string }> {
    const bounds = { byDefault: NOTICES_LIMIT_DEFAULT, max: NOTICES_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const [before = null] = decodePage(input.pageToken, ['number']) ?? [];
    const page = { before, limit, unreadOnly: input.unreadOnly };
    const found = await this.deps.notices.list(appId, caller.userId, page);
    const notices = withinBytes(found.notices, ({ comment }) =>
      Buffer.byteLength(comment?.text ?? ''),
    );
    const isCut = notices.length < found.notices.length;
    const next = isCut ? (notices.at(-1)?.seq ?? null) : found.next;
    return { notices, nextPageToken: next === null ? '' : encodePage([next]) };
  }
}
