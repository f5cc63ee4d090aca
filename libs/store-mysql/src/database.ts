import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Abandonment } from './abandoned.js';
import type { AppStore, DeviceStore, UserStore } from './account-types.js';
import type { AdminStore, PurgeStore } from './admin-types.js';
import type { AppendStore, DispatchStore } from './append-types.js';
import type { BanStore } from './ban-types.js';
import type { BroadcastStore } from './broadcast-types.js';
import type { ConversationStore } from './conversation-types.js';
import type { ErasureStore } from './erasure-types.js';
import type { FirstAnswerStore } from './first-answers.js';
import type { FriendStore, Relations } from './friend-types.js';
import type { HookStore } from './hook-types.js';
import type { GroupStore } from './group-types.js';
import type { LargeStore } from './large-types.js';
import type { RequestStore } from './log-types.js';
import type { TokenKeyStore } from './account/token-key-store.js';
import type { RevocationStore } from './account/revocation-types.js';
import type { MemberStore } from './member-types.js';
import type { PostStore } from './moment-types.js';
import type { MomentReader, ReactionStore } from './reaction-types.js';
import type { NoticeStore } from './notice-types.js';
import type { EventStore } from './event-types.js';
import type { AppPostStore } from './app-post-types.js';
import type { ArrivalClock, MomentJobStore } from './timeline-types.js';
import type { PresenceStore } from './presence-types.js';
import type { UsageStore } from './usage-types.js';
import type { WebhookStore } from './webhook-types.js';
import type { DurabilityFinding } from './durability.js';

export interface DatabaseOptions {
  /** mysql://user:password@host:port/database */
  readonly url: string;
  /** Connections for everything but appends. */
  readonly poolSize: number;
  /** Connections for appends: batches that may be in their transaction at once. */
  readonly appendPoolSize: number;
  /** A statement that takes longer loses its connection. */
  readonly statementTimeoutMs: number;
  /** Refuse statements on tenants' tables that do not name app_id. On in the dev and test profiles. */
  readonly tenantGuard: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

export interface EpochStore {
  /** Raised only by a restore from backup. */
  logEpoch(): Promise<number>;
}

/** All that is stored, but for what the log is written by. */
export interface Stores {
  readonly apps: AppStore;
  readonly admin: AdminStore;
  readonly purge: PurgeStore;
  readonly users: UserStore;
  readonly devices: DeviceStore;
  readonly revocations: RevocationStore;
  readonly tokenKeys: TokenKeyStore;
  readonly bans: BanStore;
  readonly erasures: ErasureStore;
  readonly conversations: ConversationStore;
  readonly members: MemberStore;
  readonly friends: FriendStore;
  readonly relations: Relations;
  readonly posts: PostStore;
  readonly appPosts: AppPostStore;
  readonly timelines: ArrivalClock;
  readonly reactions: ReactionStore;
  readonly moments: MomentReader;
  readonly momentJobs: MomentJobStore;
  readonly notices: NoticeStore;
  readonly groups: GroupStore;
  readonly requests: RequestStore;
  readonly answers: FirstAnswerStore;
  readonly large: LargeStore;
  readonly presence: PresenceStore;
  readonly broadcasts: BroadcastStore;
  readonly dispatch: DispatchStore;
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly hooks: HookStore;
  readonly usage: UsageStore;
  readonly epoch: EpochStore;
}

export interface Database extends Stores {
  readonly append: AppendStore;
  /** The same stores for one call: once nobody waits for it they begin no statement, and reject with StoreAbandoned. */
  whileWanted(signal: Abandonment): Stores;
  /** One `SELECT 1` under the statement timeout. */
  ping(): Promise<void>;
  /** Settings of the server that would break the promise of durable acknowledgements; empty when all is well. */
  checkDurability(): Promise<DurabilityFinding[]>;
  /** Waits for statements under way, then closes every connection. Idempotent. */
  close(): Promise<void>;
}
