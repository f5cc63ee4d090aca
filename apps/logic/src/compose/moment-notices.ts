import type { Database, MomentJob } from '@queqiao/store-mysql';
import { noticeEntries, type MomentNoticeUsecases } from '../api/index.js';
import type { Delivery, MomentJobRows } from '../delivery/index.js';
import { notice } from '../usecase/change/change-request.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { CountNotices } from '../usecase/moment-notice/count-notices.js';
import { ListNotices } from '../usecase/moment-notice/list-notices.js';
import { MarkNoticesRead } from '../usecase/moment-notice/mark-notices-read.js';
import { commitPusher } from './pushers.js';
import { callsOf } from './calls.js';

export interface MomentNoticeDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
}

/** Every operation on what others did that concerns a user. */
export function momentNoticeUsecases(
  { database, delivery }: MomentNoticeDeps,
  options: ChangeOptions,
): MomentNoticeUsecases {
  const push = commitPusher(delivery);
  const call = callsOf(database);
  return {
    listNotices: call((stores) => new ListNotices({ notices: stores.notices })),
    countNotices: call((stores) => new CountNotices({ notices: stores.notices })),
    markNoticesRead: call(
      ({ notices }) => new MarkNoticesRead({ notices, entries: noticeEntries, push }, options),
    ),
  };
}

/** Jobs with what their steps say and push. */
export function momentJobRows(
  {
    database: { momentJobs, notices },
    delivery,
  }: Pick<MomentNoticeDeps, 'delivery'> & {
    readonly database: Pick<Database, 'notices' | 'momentJobs'>;
  },
  options: ChangeOptions,
): MomentJobRows {
  const push = commitPusher(delivery);
  return {
    claimDue: (claim) => momentJobs.claimDue(claim),
    backlog: () => momentJobs.backlog(),
    async advance(job: MomentJob) {
      if (job.kind !== 'notify') return momentJobs.advance(job);
      const { answer, commit } = await notices.notify(job, options, (words) =>
        notice({ kind: 'user', id: words.actorId }, noticeEntries.noticed(words), { shown: false }),
      );
      if (commit !== null) push.pushCommit(commit);
      return answer;
    },
  };
}
