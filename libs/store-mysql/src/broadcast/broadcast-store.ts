import type { AppId } from '@queqiao/domain';
import { sql } from 'kysely';
import {
  BROADCAST_KEPT_MS,
  BROADCASTS_MAX_PAGE,
  type BroadcastJob,
  type BroadcastOrder,
  type BroadcastPlace,
  type BroadcastStep,
  type BroadcastStore,
} from '../broadcast-types.js';
import type { LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import { pruneByAge } from '../log/prune-by-age.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { BROADCAST_STATES, listBroadcasts, readBroadcast, toBroadcast } from './broadcast-rows.js';
import { advanceBroadcast, claimBroadcasts, lockRow, readRecipients } from './broadcast-steps.js';
import { startBroadcast } from './start-broadcast.js';

export class MysqlBroadcastStore implements BroadcastStore {
  constructor(private readonly context: StoreContext) {}

  start(work: LogWork, order: BroadcastOrder, refusal: Error | null) {
    return startBroadcast(this.context, work, order, refusal);
  }

  async get(appId: AppId, broadcastId: string) {
    const row = await readBroadcast(this.context.kysely, appId, broadcastId);
    return row === undefined ? null : toBroadcast(row);
  }

  async list(
    appId: AppId,
    page: { readonly before: BroadcastPlace | null; readonly limit: number },
  ) {
    if (page.limit > BROADCASTS_MAX_PAGE) {
      throw new RangeError(`at most BROADCASTS_MAX_PAGE (${BROADCASTS_MAX_PAGE}) broadcasts`);
    }
    return (await listBroadcasts(this.context, appId, page)).map(toBroadcast);
  }

  cancel(work: LogWork, broadcastId: string, missing: Error): Promise<LogOutcome<null>> {
    return inLog(this.context, { ...work, heads: [] }, async ({ trx, appId }) => {
      const row = await lockRow(trx, { appId, broadcastId });
      if (row === undefined) throw missing;
      if (row.state !== BROADCAST_STATES.running) return null;
      await trx
        .updateTable('broadcasts')
        .set({ state: BROADCAST_STATES.cancelled, ended_ms: DATABASE_NOW, due_ms: null })
        .where('app_id', '=', appId)
        .where('broadcast_id', '=', broadcastId)
        .execute();
      return null;
    });
  }

  claimDue({ owner, limit }: { owner: string; limit: number }): Promise<BroadcastJob[]> {
    // A commit in doubt only leaves rows claimed; they fall due again.
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => claimBroadcasts(trx, owner, limit)),
    );
  }

  recipients(job: BroadcastJob) {
    return retrying(this.context, () => readRecipients(this.context, job));
  }

  advance(job: BroadcastJob, step: BroadcastStep): Promise<{ more: boolean }> {
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => advanceBroadcast(trx, job, step)),
    );
  }

  async backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    const { rows } = await sql<{ found: number; late: number }>`
      SELECT COUNT(*) AS found, COALESCE(GREATEST(${DATABASE_NOW} - MIN(due_ms), 0), 0) AS late
      FROM broadcasts FORCE INDEX (broadcasts_by_due) WHERE app_id = app_id AND due_ms > 0`.execute(
      this.context.kysely,
    );
    return { rows: rows[0]?.found ?? 0, oldestDueMs: rows[0]?.late ?? 0 };
  }

  prune(limit: number): Promise<number> {
    const rows = { table: 'broadcasts', column: 'ended_ms', keptMs: BROADCAST_KEPT_MS } as const;
    return pruneByAge(this.context, rows, limit);
  }
}
