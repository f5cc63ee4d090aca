import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import {
  LARGE_LEAVES_KEPT_MS,
  type LargeKey,
  type LargeStore,
  type NodeBoot,
} from '../large-types.js';
import { pruneByAge } from '../log/prune-by-age.js';
import { retrying, type StoreContext } from '../store-context.js';
import { fillMembers, finishCrossing, readCrossings } from './large-crossings.js';
import { readLargeLeavers, readLargeMemberships } from './large-reads.js';

export class MysqlLargeStore implements LargeStore {
  constructor(private readonly context: StoreContext) {}

  memberships(appId: AppId, userIds: readonly UserId[], conversationId?: ConversationId) {
    return readLargeMemberships(this.context, appId, userIds, conversationId);
  }

  leavers(key: LargeKey, sinceVersion: number) {
    return readLargeLeavers(this.context, key, sinceVersion);
  }

  crossings() {
    return readCrossings(this.context);
  }

  fillNext(key: LargeKey) {
    return fillMembers(this.context, key);
  }

  async confirm({ appId, conversationId }: LargeKey, { nodeId, bootId }: NodeBoot): Promise<void> {
    // Of a crossing that has ended nothing is kept.
    await retrying(this.context, () =>
      sql`INSERT IGNORE INTO large_confirmations (app_id, conversation_id, node_id, boot_id)
        SELECT x.app_id, x.conversation_id, ${nodeId}, ${bootId} FROM large_crossings x
        WHERE x.app_id = ${appId} AND x.conversation_id = ${conversationId}`.execute(
        this.context.kysely,
      ),
    );
  }

  async confirmed({ appId, conversationId }: LargeKey): Promise<NodeBoot[]> {
    const rows = await this.context.kysely
      .selectFrom('large_confirmations')
      .select(['node_id', 'boot_id'])
      .where('app_id', '=', appId)
      .where('conversation_id', '=', conversationId)
      .execute();
    return rows.map((row) => ({ nodeId: row.node_id, bootId: row.boot_id }));
  }

  finish(key: LargeKey) {
    return finishCrossing(this.context, key);
  }

  prune(limit: number): Promise<number> {
    const rows = {
      table: 'large_leaves',
      column: 'left_ms',
      keptMs: LARGE_LEAVES_KEPT_MS,
    } as const;
    return pruneByAge(this.context, rows, limit);
  }
}
