import type { AppId, UserId, UserSettings } from '@queqiao/domain';
import type { Relation, Relations } from '../friend-types.js';
import { select, type StoreContext } from '../store-context.js';

/** Others of one look-up. */
export const RELATIONS_MAX_USERS = 500;

/** For each of the list four rows by primary key. */
export const RELATIONS_SQL =
  'SELECT STRAIGHT_JOIN u.user_id, u.settings, f.active, own.blocked_id AS blocks, theirs.user_id AS blocked ' +
  "FROM (SELECT user_id FROM JSON_TABLE(?, '$[*]' COLUMNS (" +
  "user_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) k) k " +
  'JOIN users u FORCE INDEX (PRIMARY) ON u.app_id = ? AND u.user_id = k.user_id ' +
  'LEFT JOIN friends f FORCE INDEX (PRIMARY) ON f.app_id = u.app_id AND f.user_id = ? AND f.friend_id = u.user_id ' +
  'LEFT JOIN blocks own FORCE INDEX (PRIMARY) ON own.app_id = u.app_id AND own.user_id = ? AND own.blocked_id = u.user_id ' +
  'LEFT JOIN blocks theirs FORCE INDEX (PRIMARY) ' +
  'ON theirs.app_id = u.app_id AND theirs.user_id = u.user_id AND theirs.blocked_id = ?';

interface Row {
  user_id: UserId;
  settings: UserSettings | null;
  active: number | null;
  blocks: string | null;
  blocked: string | null;
}

export class MysqlRelations implements Relations {
  constructor(private readonly context: StoreContext) {}

  async between(
    appId: AppId,
    userId: UserId,
    others: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, Relation>> {
    if (others.length > RELATIONS_MAX_USERS) {
      throw new RangeError(`at most RELATIONS_MAX_USERS (${RELATIONS_MAX_USERS}) users`);
    }
    if (others.length === 0) return new Map();
    const values = [JSON.stringify([...new Set(others)]), appId, userId, userId, userId];
    const rows = await select<Row>(this.context, 'relations', RELATIONS_SQL, values);
    return new Map(rows.map((row) => [row.user_id, toRelation(row)]));
  }
}

function toRelation(row: Row): Relation {
  return {
    friends: row.active === 1,
    blocks: row.blocks !== null,
    blocked: row.blocked !== null,
    settings: row.settings ?? {},
  };
}
