import type { AppId } from '@queqiao/domain';
import { sql } from 'kysely';
import {
  EVENT_APPS_MAX_READ,
  EVENTS_KEPT_MS,
  type EventPlace,
  type EventsPlaced,
  type EventStore,
} from '../event-types.js';
import { DATABASE_NOW, retrying, select, type StoreContext } from '../store-context.js';
import { readEvents, readNewest, readOldest } from './event-reads.js';
import { placeEvents } from './place-events.js';

/** Conditions of a column with itself say for the tenant guard that all apps are meant. */
export const NEXT_WAITING_SQL =
  'SELECT app_id FROM event_outbox WHERE app_id > ? AND app_id = app_id ORDER BY app_id LIMIT 1';

export class MysqlEventStore implements EventStore {
  constructor(private readonly context: StoreContext) {}

  onWritten(listener: (appIds: readonly AppId[]) => void): void {
    this.context.events.onWritten(listener);
  }

  async waiting(after: string): Promise<AppId[]> {
    const found: AppId[] = [];
    // One look-up for each app, however much waits of it.
    for (let last = after; found.length < EVENT_APPS_MAX_READ;) {
      const [next] = await select<{ app_id: AppId }>(
        this.context,
        'waiting events',
        NEXT_WAITING_SQL,
        [last],
      );
      if (next === undefined) break;
      found.push(next.app_id);
      last = next.app_id;
    }
    return found;
  }

  place(appId: AppId): Promise<EventsPlaced | null> {
    // After a commit in doubt the outbox tells what is left.
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => placeEvents(trx, appId)),
    );
  }

  newest(appId: AppId): Promise<EventPlace> {
    return readNewest(this.context, appId);
  }

  oldest(appId: AppId): Promise<EventPlace> {
    return readOldest(this.context, appId);
  }

  read(appId: AppId, place: EventPlace) {
    return readEvents(this.context, appId, place);
  }

  async backlog(): Promise<{ rows: number; oldestMs: number }> {
    const { rows } = await sql<{ found: number; oldest: number }>`
      SELECT COUNT(*) AS found, COALESCE(GREATEST(${DATABASE_NOW} - MIN(created_ms), 0), 0) AS oldest
      FROM event_outbox WHERE app_id = app_id`.execute(this.context.kysely);
    return { rows: rows[0]?.found ?? 0, oldestMs: rows[0]?.oldest ?? 0 };
  }

  async prune(limit: number): Promise<number> {
    const all = sql<{ app_id: AppId }>`SELECT app_id FROM app_event_heads WHERE app_id = app_id`;
    const apps = await all.execute(this.context.kysely);
    let pruned = 0;
    for (const { app_id: appId } of apps.rows) {
      pruned += await retrying(this.context, () => this.#pruneApp(appId, limit));
    }
    return pruned;
  }

  /** From the oldest one on, so that nothing is missing behind what is there; most of the time one row is looked at. */
  async #pruneApp(appId: AppId, limit: number): Promise<number> {
    const { kysely } = this.context;
    const oldest = (rows: number) =>
      kysely
        .selectFrom('app_events')
        .select(['position', sql<number>`${DATABASE_NOW} - placed_ms`.as('age_ms')])
        .where('app_id', '=', appId)
        .orderBy('position')
        .limit(rows)
        .execute();
    const isOld = (row: { age_ms: number }) => row.age_ms > EVENTS_KEPT_MS;
    if (!(await oldest(1)).some(isOld)) return 0;
    const rows = await oldest(limit);
    const firstKept = rows.find((row) => !isOld(row))?.position ?? (rows.at(-1)?.position ?? 0) + 1;
    const result = await kysely
      .deleteFrom('app_events')
      .where('app_id', '=', appId)
      .where('position', '<', firstKept)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }
}
