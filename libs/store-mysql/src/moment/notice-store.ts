import type { AppId, UserId } from '@queqiao/domain';
import type { LogEntry, LogWork } from '../log-types.js';
import { pruneByAge } from '../log/prune-by-age.js';
import {
  NOTICE_KEPT_MS,
  type NoticePage,
  type NoticeStore,
  type NoticeWords,
} from '../notice-types.js';
import type { StoreContext } from '../store-context.js';
import type { NotifyJob } from '../timeline-types.js';
import { markNoticesRead } from './mark-notices-read.js';
import { countUnreadNotices, listNotices } from './notice-reads.js';
import { notifyStep } from './notify-step.js';

export class MysqlNoticeStore implements NoticeStore {
  constructor(private readonly context: StoreContext) {}

  list(appId: AppId, userId: UserId, page: NoticePage) {
    return listNotices(this.context, appId, userId, page);
  }

  countUnread(appId: AppId, userId: UserId) {
    return countUnreadNotices(this.context, appId, userId);
  }

  markRead(
    work: LogWork & { readonly userId: UserId; readonly throughSeq: number },
    entry: (throughSeq: number) => LogEntry,
  ) {
    return markNoticesRead(this.context, work, entry);
  }

  notify(
    job: NotifyJob,
    work: Pick<LogWork, 'owner' | 'dispatchDelayMs'>,
    entry: (words: NoticeWords) => LogEntry,
  ) {
    return notifyStep(this.context, job, work, entry);
  }

  prune(limit: number): Promise<number> {
    const rows = { table: 'moment_notices', column: 'created_ms', keptMs: NOTICE_KEPT_MS } as const;
    return pruneByAge(this.context, rows, limit);
  }
}
