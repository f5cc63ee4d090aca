import { invalidArgument } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { actorOf, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { MomentNotices, NoticeEntries } from './ports.js';

export interface MarkNoticesReadDeps {
  readonly notices: Pick<MomentNotices, 'countUnread' | 'markRead'>;
  readonly entries: NoticeEntries;
  readonly push: CommitPusher;
}

/**
 * Marks the caller's notices up to a place as read, on all devices; answers how many are not. A lower place than before changes
 * nothing and is no error, since devices mark in any order. Errors: INVALID_ARGUMENT.
 */
export class MarkNoticesRead {
  constructor(
    readonly deps: MarkNoticesReadDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    { appId, caller }: UserContext,
    { throughSeq }: { readonly throughSeq: number },
  ): Promise<{ unreadCount: number }> {
    if (throughSeq < 1) throw invalidArgument('through_seq', 'must be at least 1');
    const { notices, entries, push } = this.deps;
    const work = { ...this.options, appId, request: null, userId: caller.userId, throughSeq };
    const outcome = await notices.markRead(work, (seq) =>
      notice(actorOf(caller), entries.noticesRead(seq), { shown: false }),
    );
    settled(push, outcome);
    return { unreadCount: await notices.countUnread(appId, caller.userId) };
  }
}
