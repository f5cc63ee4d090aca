import { whileWanted } from './abandoned.js';
import { MysqlAppendStore } from './append/append-store.js';
import { ConnectionPool, type PoolOptions } from './connection/connection-pool.js';
import { kyselyOn } from './connection/kysely-pool.js';
import { openConnection } from './connection/open-connection.js';
import { createTenantGuard } from './connection/tenant-guard.js';
import { MysqlAdminStore } from './admin/admin-store.js';
import { MysqlPurgeStore } from './admin/purge-store.js';
import { MysqlAppStore } from './account/app-store.js';
import { MysqlBanStore } from './account/ban-store.js';
import { MysqlDeviceStore } from './account/device-store.js';
import { MysqlRevocationStore } from './account/revocation-store.js';
import { MysqlTokenKeyStore } from './account/token-key-store.js';
import { MysqlUserStore } from './account/user-store.js';
import { MysqlBroadcastStore } from './broadcast/broadcast-store.js';
import { MysqlConversationStore } from './conversation/conversation-store.js';
import type { Database, DatabaseOptions, Stores } from './database.js';
import { DispatchIds } from './dispatch-ids.js';
import { MysqlDispatchStore } from './dispatch-store.js';
import { readDurability } from './durability.js';
import { MysqlEpochStore } from './epoch-store.js';
import { MysqlErasureStore } from './erasure/erasure-store.js';
import { EventOutbox } from './event/event-outbox.js';
import { MysqlEventStore } from './event/event-store.js';
import { MysqlFirstAnswerStore } from './first-answers.js';
import { MysqlFriendStore } from './friend/friend-store.js';
import { MysqlRelations } from './friend/relations.js';
import { MysqlGroupStore } from './group/group-store.js';
import { MysqlHookStore } from './hook/hook-store.js';
import { MysqlLargeStore } from './large/large-store.js';
import { MysqlRequestStore } from './log/requests.js';
import { MysqlMemberStore } from './member/member-store.js';
import { MysqlAppPostStore } from './moment/app-post-store.js';
import { MysqlMomentJobStore } from './moment/job-store.js';
import { MysqlMomentReader } from './moment/moment-reader.js';
import { MysqlNoticeStore } from './moment/notice-store.js';
import { MysqlPostStore } from './moment/post-store.js';
import { MysqlReactionStore } from './moment/reaction-store.js';
import { MysqlArrivalClock } from './moment/timeline-reads.js';
import { MysqlPresenceStore } from './presence/presence-store.js';
import { MysqlUsageStore } from './usage/usage-store.js';
import { MysqlWebhookStore } from './webhook/webhook-store.js';
import type { StoreContext } from './store-context.js';

/** Callers that may wait for a connection of each pool; more get StoreUnavailable at once. */
export const MAX_WAITING = 1_000;
const ACQUIRE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** What statements under way get at close. */
const CLOSE_GRACE_MS = 5_000;

/** Opens no connection yet: the first statement does. Call ping() to see whether the server is there. */
export function createDatabase(options: DatabaseOptions): Database {
  const general = createPool('general', options.poolSize, options);
  const append = createPool('append', options.appendPoolSize, options);
  const kysely = kyselyOn(general);
  const dispatchIds = new DispatchIds(options.clock);
  const events = new EventOutbox(options.clock);
  const { clock } = options;
  const context: StoreContext = { kysely, pool: general, dispatchIds, events, clock };
  return {
    ...stores(context),
    append: new MysqlAppendStore(append, dispatchIds, events),
    whileWanted: (signal) => stores(whileWanted(context, signal)),
    ping: () => ping(general),
    checkDurability: () => readDurability(general),
    close: async () => {
      await Promise.all([general.close(CLOSE_GRACE_MS), append.close(CLOSE_GRACE_MS)]);
    },
  };
}

function stores(context: StoreContext): Stores {
  return {
    apps: new MysqlAppStore(context),
    admin: new MysqlAdminStore(context),
    purge: new MysqlPurgeStore(context),
    ...accountStores(context),
    conversations: new MysqlConversationStore(context),
    members: new MysqlMemberStore(context),
    friends: new MysqlFriendStore(context),
    relations: new MysqlRelations(context),
    ...momentStores(context),
    groups: new MysqlGroupStore(context),
    requests: new MysqlRequestStore(context),
    answers: new MysqlFirstAnswerStore(context),
    large: new MysqlLargeStore(context),
    presence: new MysqlPresenceStore(context),
    broadcasts: new MysqlBroadcastStore(context),
    dispatch: new MysqlDispatchStore(context),
    events: new MysqlEventStore(context),
    webhooks: new MysqlWebhookStore(context),
    hooks: new MysqlHookStore(context),
    usage: new MysqlUsageStore(context),
    epoch: new MysqlEpochStore(context),
  };
}

function accountStores(context: StoreContext) {
  return {
    users: new MysqlUserStore(context),
    devices: new MysqlDeviceStore(context),
    revocations: new MysqlRevocationStore(context),
    tokenKeys: new MysqlTokenKeyStore(context),
    bans: new MysqlBanStore(context),
    erasures: new MysqlErasureStore(context),
  };
}

function momentStores(context: StoreContext) {
  return {
    posts: new MysqlPostStore(context),
    appPosts: new MysqlAppPostStore(context),
    timelines: new MysqlArrivalClock(context),
    reactions: new MysqlReactionStore(context),
    moments: new MysqlMomentReader(context),
    momentJobs: new MysqlMomentJobStore(context),
    notices: new MysqlNoticeStore(context),
  };
}

function createPool(
  name: PoolOptions['name'],
  size: number,
  { url, statementTimeoutMs, tenantGuard, clock, logger, metrics }: DatabaseOptions,
): ConnectionPool {
  const check = tenantGuard ? createTenantGuard() : () => undefined;
  const connection = {
    url,
    statementTimeoutMs,
    check,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    multipleStatements: true,
  };
  return new ConnectionPool({
    name,
    size,
    maxWaiting: MAX_WAITING,
    acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
    open: () => openConnection(connection),
    clock,
    logger,
    metrics,
  });
}

async function ping(pool: ConnectionPool): Promise<void> {
  const connection = await pool.acquire();
  try {
    await connection.query({ sql: 'SELECT 1', operation: 'ping' });
  } finally {
    pool.release(connection);
  }
}
