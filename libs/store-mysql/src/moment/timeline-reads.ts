import type { AppId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { PostPage, ViewedPost } from '../moment-types.js';
import { DATABASE_NOW, select, type StoreContext } from '../store-context.js';
import type { Arrival, TimelineStore } from '../timeline-types.js';
import { asViewer, below } from './post-reads.js';
import { POSTS_MAX_PAGE } from './post-store.js';
import { RELATION_JOINS, toViewed, VIEWED_COLUMNS, type ViewedRow } from './post-rows.js';

const POSTS =
  'JOIN posts p FORCE INDEX (PRIMARY) ON p.app_id = r.app_id AND p.post_id = r.post_id ' +
  RELATION_JOINS;

export const TIMELINE_SQL =
  `SELECT STRAIGHT_JOIN ${VIEWED_COLUMNS} FROM timeline_refs r FORCE INDEX (PRIMARY) ${POSTS}` +
  'WHERE r.app_id = ? AND r.user_id = ? ' +
  'AND r.created_ms <= ? AND (r.created_ms < ? OR r.post_id < ?) ' +
  'ORDER BY r.created_ms DESC, r.post_id DESC LIMIT ?';

export const ARRIVALS_SQL =
  `SELECT STRAIGHT_JOIN ${VIEWED_COLUMNS}, r.arrived_ms ` +
  `FROM timeline_refs r FORCE INDEX (timeline_refs_by_arrival) ${POSTS}` +
  'WHERE r.app_id = ? AND r.user_id = ? ' +
  'AND r.arrived_ms >= ? AND (r.arrived_ms > ? OR r.post_id > ?) ' +
  'ORDER BY r.arrived_ms, r.post_id LIMIT ?';

export class MysqlTimelineStore implements TimelineStore {
  constructor(private readonly context: StoreContext) {}

  async page(appId: AppId, userId: UserId, { before, limit }: PostPage): Promise<ViewedPost[]> {
    const values = [...asViewer(userId), appId, userId, ...below(before), bounded(limit)];
    return (await select<ViewedRow>(this.context, 'timeline', TIMELINE_SQL, values)).map(toViewed);
  }

  async arrivals(
    appId: AppId,
    userId: UserId,
    { after, limit }: { readonly after: Arrival; readonly limit: number },
  ): Promise<(ViewedPost & { arrivedMs: number })[]> {
    const { arrivedMs, postId } = after;
    const place = [arrivedMs, arrivedMs, postId];
    const values = [...asViewer(userId), appId, userId, ...place, bounded(limit)];
    type Row = ViewedRow & { arrived_ms: number };
    const rows = await select<Row>(this.context, 'arrivals', ARRIVALS_SQL, values);
    return rows.map((row) => ({ ...toViewed(row), arrivedMs: row.arrived_ms }));
  }

  async nowMs(): Promise<number> {
    const now = sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`;
    return (await now.execute(this.context.kysely)).rows[0]?.now_ms ?? 0;
  }
}

function bounded(limit: number): number {
  return Math.min(limit, POSTS_MAX_PAGE);
}
