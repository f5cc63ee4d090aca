import type { AppId, ConversationId, UserId } from '@queqiao/domain';
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

  fill(key: LargeKey) {
    return fillMembers(this.context, key);
  }

  async confirm({ appId, conversationId }: LargeKey, { nodeId, bootId }: NodeBoot): Promise<void> {
    await retrying(this.context, () =>
      this.context.kysely
        .insertInto('large_confirmations')
        .ignore()
        .values({
          app_id: appId,
          conversation_id: conversationId,
          node_id: nodeId,
          boot_id: bootId,
        })
        .execute(),
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
