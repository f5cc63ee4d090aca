import type { AppId, UserId } from '@queqiao/domain';
import type { PostPlace } from '../moment-types.js';
import { select, type StoreContext } from '../store-context.js';
import { BACK_FILL_MAX_POSTS, SOURCES_MAX_STATEMENT, type Arrival } from '../timeline-types.js';
import { below } from './post-reads.js';
import type { Source } from './sources.js';

/** One part of a merged list: a range of an index, from a place on, and no more rows than the list has. */
export interface Part {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export interface Timeline {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly sources: readonly Source[];
}

interface PlaceRow {
  readonly at_ms: number;
  readonly post_id: string;
}

const DOWN = ' ORDER BY at_ms DESC, post_id DESC LIMIT ?';
const UP = ' ORDER BY at_ms, post_id LIMIT ?';

const REFS_SQL =
  'SELECT r.created_ms AS at_ms, r.post_id FROM timeline_refs r FORCE INDEX (PRIMARY) ' +
  'WHERE r.app_id = ? AND r.user_id = ? AND r.created_ms <= ? AND (r.created_ms < ? OR r.post_id < ?) ' +
  'ORDER BY r.created_ms DESC, r.post_id DESC LIMIT ?';

const OF_AUTHOR =
  'FROM posts p FORCE INDEX (posts_by_spread) WHERE p.app_id = ? AND p.author_id = ? AND p.spread = 1 ';

const POSTS_SQL =
  `SELECT p.created_ms AS at_ms, p.post_id ${OF_AUTHOR}` +
  'AND p.created_ms <= ? AND (p.created_ms < ? OR p.post_id < ?) ' +
  'ORDER BY p.created_ms DESC, p.post_id DESC LIMIT ?';

const NEW_REFS_SQL =
  'SELECT r.arrived_ms AS at_ms, r.post_id FROM timeline_refs r FORCE INDEX (timeline_refs_by_arrival) ' +
  'WHERE r.app_id = ? AND r.user_id = ? AND r.arrived_ms >= ? AND (r.arrived_ms > ? OR r.post_id > ?) ' +
  'ORDER BY r.arrived_ms, r.post_id LIMIT ?';

const NEW_POSTS_SQL =
  `SELECT p.created_ms AS at_ms, p.post_id ${OF_AUTHOR}` +
  'AND p.created_ms >= ? AND (p.created_ms > ? OR p.post_id > ?) ' +
  'ORDER BY p.created_ms, p.post_id LIMIT ?';

/** Posts from before their author became a source, which have all arrived at that moment. */
const OLD_POSTS_SQL =
  `SELECT ? AS at_ms, o.post_id FROM (SELECT p.post_id ${OF_AUTHOR}AND p.created_ms <= ? ` +
  'ORDER BY p.created_ms DESC, p.post_id DESC LIMIT ?) o WHERE o.post_id > ? ORDER BY o.post_id LIMIT ?';

/** Newest first, below a place. */
export async function readPlaces(
  context: Pick<StoreContext, 'pool'>,
  { appId, userId, sources }: Timeline,
  { before, limit }: { readonly before: PostPlace | null; readonly limit: number },
): Promise<PostPlace[]> {
  const place = below(before);
  const refs = { sql: REFS_SQL, values: [appId, userId, ...place, limit] };
  const found = await readMerged(context, { refs, order: DOWN, limit }, sources, ({ authorId }) => [
    { sql: POSTS_SQL, values: [appId, authorId, ...place, limit] },
  ]);
  const rows = found.sort((a, b) => -compare(a, b)).slice(0, limit);
  return rows.map((row) => ({ createdMs: row.at_ms, postId: row.post_id }));
}

/** In the order of arrival, above a place. */
export async function readArrivals(
  context: Pick<StoreContext, 'pool'>,
  { appId, userId, sources }: Timeline,
  { after, limit }: { readonly after: Arrival; readonly limit: number },
): Promise<Arrival[]> {
  const refs = { sql: NEW_REFS_SQL, values: [appId, userId, ...above(after), limit] };
  const found = await readMerged(context, { refs, order: UP, limit }, sources, (source) =>
    arrivalsOf(appId, source, after, limit),
  );
  const rows = found.sort(compare).slice(0, limit);
  return rows.map((row) => ({ arrivedMs: row.at_ms, postId: row.post_id }));
}

/** Each post arrives when it is made or when its author becomes a source, whichever is later. */
function arrivalsOf(
  appId: AppId,
  { authorId, arrivedMs }: Source,
  after: Arrival,
  limit: number,
): Part[] {
  const from = after.arrivedMs > arrivedMs ? after : { arrivedMs: arrivedMs + 1, postId: '' };
  const later = { sql: NEW_POSTS_SQL, values: [appId, authorId, ...above(from), limit] };
  if (after.arrivedMs > arrivedMs) return [later];
  const behind = after.arrivedMs === arrivedMs ? after.postId : '';
  const newest = [appId, authorId, arrivedMs, BACK_FILL_MAX_POSTS];
  return [later, { sql: OLD_POSTS_SQL, values: [arrivedMs, ...newest, behind, limit] }];
}

async function readMerged(
  context: Pick<StoreContext, 'pool'>,
  { refs, order, limit }: { refs: Part; order: string; limit: number },
  sources: readonly Source[],
  partsOf: (source: Source) => Part[],
): Promise<PlaceRow[]> {
  const rows: PlaceRow[] = [];
  for (let from = 0; from === 0 || from < sources.length; from += SOURCES_MAX_STATEMENT) {
    const some = sources.slice(from, from + SOURCES_MAX_STATEMENT).flatMap(partsOf);
    const { sql, values } = merged(from === 0 ? [refs, ...some] : some, order, limit);
    rows.push(...(await select<PlaceRow>(context, 'places', sql, values)));
  }
  return rows;
}

/** One part stays as it is, so that nothing is written aside for it. */
export function merged(parts: readonly Part[], order: string, limit: number): Part {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = parts.map(({ sql }) => `(${sql})`).join(' UNION ALL ');
  return { sql: all + order, values: [...parts.flatMap(({ values }) => values), limit] };
}

function above({ arrivedMs, postId }: Arrival): (string | number)[] {
  return [arrivedMs, arrivedMs, postId];
}

/** As the database compares: ids are of ASCII. */
function compare(a: PlaceRow, b: PlaceRow): number {
  if (a.at_ms !== b.at_ms) return a.at_ms - b.at_ms;
  return a.post_id < b.post_id ? -1 : a.post_id > b.post_id ? 1 : 0;
}
