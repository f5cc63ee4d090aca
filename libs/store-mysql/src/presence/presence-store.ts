import type { AppId, UserId } from '@queqiao/domain';
import {
  PRESENCE_MAX_SIGHTS,
  PRESENCE_MAX_USERS,
  type PresenceStore,
  type Sight,
  type SightFacts,
} from '../presence-types.js';
import { select, type StoreContext } from '../store-context.js';

const ID = 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin';

/** Takes the sights as JSON, then the app three times. */
export const SIGHTS_SQL =
  'SELECT STRAIGHT_JOIN k.place, u.user_id IS NOT NULL AS known, f.active AS friends, ' +
  "JSON_UNQUOTE(JSON_EXTRACT(u.settings, '$.presence')) AS rule, b.blocked_id IS NOT NULL AS blocked " +
  "FROM (SELECT place, user_id, viewer_id FROM JSON_TABLE(?, '$[*]' COLUMNS (place FOR ORDINALITY, " +
  `user_id ${ID} PATH '$[0]', viewer_id ${ID} PATH '$[1]')) k) k ` +
  'LEFT JOIN users u FORCE INDEX (PRIMARY) ON u.app_id = ? AND u.user_id = k.user_id ' +
  'LEFT JOIN friends f FORCE INDEX (PRIMARY) ' +
  'ON f.app_id = ? AND f.user_id = k.user_id AND f.friend_id = k.viewer_id ' +
  'LEFT JOIN blocks b FORCE INDEX (PRIMARY) ' +
  'ON b.app_id = ? AND b.user_id = k.user_id AND b.blocked_id = k.viewer_id';

/** Takes the app, then so many users. */
export function lastSeenSql(users: number): string {
  const places = Array.from({ length: users }, () => '?').join(', ');
  return (
    'SELECT user_id, MAX(last_seen_ms) AS seen_ms FROM devices FORCE INDEX (PRIMARY) ' +
    `WHERE app_id = ? AND user_id IN (${places}) GROUP BY user_id`
  );
}

interface SightRow {
  readonly place: number;
  readonly known: number;
  readonly friends: number | null;
  readonly rule: string | null;
  readonly blocked: number;
}

interface SeenRow {
  readonly user_id: UserId;
  readonly seen_ms: number;
}

export class MysqlPresenceStore implements PresenceStore {
  constructor(private readonly context: StoreContext) {}

  async facts(appId: AppId, sights: readonly Sight[]): Promise<(SightFacts | null)[]> {
    atMost(sights.length, PRESENCE_MAX_SIGHTS, 'PRESENCE_MAX_SIGHTS');
    if (sights.length === 0) return [];
    const pairs = JSON.stringify(sights.map(({ userId, viewerId }) => [userId, viewerId]));
    const values = [pairs, appId, appId, appId];
    const rows = await select<SightRow>(this.context, 'sights', SIGHTS_SQL, values);
    const found = new Map(rows.map((row) => [row.place, row]));
    return sights.map((sight, at) => toFacts(sight, found.get(at + 1)));
  }

  async lastSeenMs(appId: AppId, userIds: readonly UserId[]): Promise<Map<UserId, number>> {
    atMost(userIds.length, PRESENCE_MAX_USERS, 'PRESENCE_MAX_USERS');
    if (userIds.length === 0) return new Map();
    const statement = lastSeenSql(userIds.length);
    const values = [appId, ...userIds];
    const rows = await select<SeenRow>(this.context, 'last seen', statement, values);
    return new Map(rows.map((row) => [row.user_id, row.seen_ms]));
  }
}

function toFacts(sight: Sight, row: SightRow | undefined): SightFacts | null {
  if (row === undefined || row.known === 0) return null;
  return {
    ...sight,
    rule: row.rule === 'friends' || row.rule === 'nobody' ? row.rule : 'everyone',
    friends: row.friends === 1,
    blocked: row.blocked === 1,
  };
}

function atMost(count: number, limit: number, name: string): void {
  if (count > limit) throw new RangeError(`at most ${name} (${limit})`);
}
