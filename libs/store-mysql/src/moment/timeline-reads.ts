import type { AppId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { PostPage, ViewedPost } from '../moment-types.js';
import { DATABASE_NOW, select, type StoreContext } from '../store-context.js';
import type { Arrival, ArrivalClock, TimelineReads } from '../timeline-types.js';
import { asViewer } from './post-reads.js';
import { POSTS_MAX_PAGE } from './post-store.js';
import { RELATION_JOINS, toViewed, VIEWED_COLUMNS, type ViewedRow } from './post-rows.js';
import { readSources } from './sources.js';
import { readArrivals, readPlaces, type Timeline } from './timeline-places.js';

/** With the connection of a snapshot, as its statements have to be of one moment. */
export class MysqlTimelineReads implements TimelineReads {
  constructor(private readonly context: Pick<StoreContext, 'pool'>) {}

  async page(appId: AppId, userId: UserId, page: PostPage): Promise<ViewedPost[]> {
    const timeline = await this.#timeline(appId, userId);
    const limit = Math.min(page.limit, POSTS_MAX_PAGE);
    const places = await readPlaces(this.context, timeline, { ...page, limit });
    const posts = await this.#posts(timeline, places);
    return places.flatMap(({ postId }) => posts.get(postId) ?? []);
  }

  async arrivals(
    appId: AppId,
    userId: UserId,
    page: { readonly after: Arrival; readonly limit: number },
  ): Promise<(ViewedPost & { arrivedMs: number })[]> {
    const timeline = await this.#timeline(appId, userId);
    const limit = Math.min(page.limit, POSTS_MAX_PAGE);
    const places = await readArrivals(this.context, timeline, { ...page, limit });
    const posts = await this.#posts(timeline, places);
    return places.flatMap(({ postId, arrivedMs }) => {
      const viewed = posts.get(postId);
      return viewed === undefined ? [] : [{ ...viewed, arrivedMs }];
    });
  }

  async #timeline(appId: AppId, userId: UserId): Promise<Timeline> {
    return { appId, userId, sources: await readSources(this.context, appId, userId) };
  }

  /** Posts keep their rows, whatever becomes of them: each place has its post. */
  async #posts(
    { appId, userId }: Timeline,
    places: readonly { readonly postId: string }[],
  ): Promise<ReadonlyMap<string, ViewedPost>> {
    if (places.length === 0) return new Map();
    const values = [...asViewer(userId), appId, ...places.map(({ postId }) => postId)];
    const statement = postsSql(places.length);
    const rows = await select<ViewedRow>(this.context, 'posts by id', statement, values);
    return new Map(rows.map((row) => [row.post_id, toViewed(row)]));
  }
}

export class MysqlArrivalClock implements ArrivalClock {
  constructor(private readonly context: StoreContext) {}

  async nowMs(): Promise<number> {
    const now = sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`;
    return (await now.execute(this.context.kysely)).rows[0]?.now_ms ?? 0;
  }
}

export function postsSql(count: number): string {
  const ids = Array.from({ length: count }, () => '?').join(', ');
  return (
    `SELECT STRAIGHT_JOIN ${VIEWED_COLUMNS} FROM posts p FORCE INDEX (PRIMARY) ${RELATION_JOINS}` +
    `WHERE p.app_id = ? AND p.post_id IN (${ids})`
  );
}
