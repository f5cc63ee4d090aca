import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { DirectoryUnavailable } from './directory-unavailable.js';
import type { FaceRoomDirectory } from './face-room-types.js';
import type { RateBuckets } from './rate-types.js';

export type RouteCodec = 'proto' | 'json';

/** Where one device of a user is connected: one line of the user's routes. */
export interface Route {
  readonly deviceId: string;
  /** The device's own count of connections; of two sessions of one device the higher one wins. 0 … 2⁵³−1. */
  readonly generation: number;
  readonly nodeId: string;
  /** The start of the process that holds the socket. Sessions of another boot are never meant. */
  readonly bootId: string;
  /** Lower-case name such as `ios`; the unit of the one-per-platform policy. */
  readonly platform: string;
  /** Number of the session within its boot. 1 … 2⁵³−1. */
  readonly session: number;
  readonly codec: RouteCodec;
}

export interface UserKey {
  readonly appId: string;
  readonly userId: string;
}

/** Which devices of one user may be online together. Only new logins evict, and the oldest login goes first. */
export type DevicePolicy =
  | { readonly mode: 'unlimited' }
  | { readonly mode: 'max-per-user'; readonly max: number }
  | { readonly mode: 'one-per-platform' };

/**
 * `superseded`: the same device holds a session of a higher generation, or the session itself gave way earlier; nothing was
 * written and the caller's session must be closed. `evicted` holds the lines that gave way, by this call or an earlier one
 * whose answer may have been lost: their sessions must be kicked and, once they are known to be closed, unregistered; until
 * then every registration of the user names them again.
 */
export type RegisterResult =
  | { readonly status: 'registered'; readonly evicted: readonly Route[] }
  | { readonly status: 'superseded' };

export interface RouteEntry extends UserKey {
  readonly route: Route;
}

/** The identity that a removal compares: never the device alone. */
export interface RouteIdentity {
  readonly deviceId: string;
  readonly bootId: string;
  readonly session: number;
}

export interface Watching {
  /** False: MAX_WATCHERS others watch already. */
  readonly watching: boolean;
  /** Each once, in byte order. */
  readonly platforms: readonly string[];
}

export interface PresenceChange {
  readonly userId: string;
  readonly platforms: readonly string[];
  readonly watchers: readonly string[];
}

export type NodeKind = 'connect' | 'logic';

export interface NodeIdentity {
  readonly kind: NodeKind;
  readonly nodeId: string;
  readonly bootId: string;
}

export interface LiveNode {
  readonly nodeId: string;
  readonly bootId: string;
  /** host:port under which other nodes reach this one; empty for nodes that nobody dials. */
  readonly address: string;
}

/** Who is online, and who is to be told when that changes. */
export interface PresenceDirectory {
  /**
   * The platforms on which each user is online, in the order asked for; empty: offline. Lines of boots without a canary do not
   * count. At most MAX_PRESENCE_USERS, as for everything that follows.
   */
  platformsOf(users: readonly UserKey[]): Promise<string[][]>;
  /** Notes whom somebody watches, all or none. False: that would make more than MAX_WATCHED at a time. */
  noteWatched(viewer: UserKey, userIds: readonly string[], lastsMs: number): Promise<boolean>;
  /** Makes somebody a watcher of users of the same app, in the moment in which their platforms are read. */
  addWatcher(viewer: UserKey, userIds: readonly string[], lastsMs: number): Promise<Watching[]>;
  /** The undoing of both, of all users when none are named. */
  removeWatcher(viewer: UserKey, userIds: readonly string[]): Promise<void>;
  /**
   * Of these users, those that are online elsewhere than their watchers were told. Of several callers one gets a change, and
   * it counts as told then.
   */
  takeChanges(users: readonly UserKey[]): Promise<PresenceChange[]>;
}

/**
 * Who is where. Everything in it can be lost at any moment and is rebuilt by the nodes; nothing may depend on it for
 * correctness. Every method rejects with DirectoryUnavailable when Redis does not answer within the command timeout, is
 * not connected, or answers with an error; a refused write may still have been carried out.
 */
export interface Directory extends PresenceDirectory {
  /** Connects in the background; resolves when connected or after the connect timeout, whichever is first. Never rejects. */
  start(): Promise<void>;
  /** Closes the connections at once; commands in flight are rejected. */
  stop(): Promise<void>;
  isConnected(): boolean;
  /** Calls back after every connection that follows a lost one, perhaps several times for one outage. Returns the undoing. */
  onReconnected(listener: () => void): () => void;

  /**
   * Writes a new login's line, atomically: drops lines of boots without a lease, refuses when the device has a higher
   * generation, replaces the device's earlier line and applies the policy. Running it again for the same session is safe,
   * and names what the first run evicted again.
   */
  register(
    appId: string,
    userId: string,
    route: Route,
    policy: DevicePolicy,
  ): Promise<RegisterResult>;
  /**
   * Asserts a line of a session that has been registered before and extends the user's expiry (3 h): hourly, and after a
   * loss. No device policy is applied, since arrival order says nothing here; a line of the same device with a higher
   * generation, or with the same one but of another session, wins.
   */
  touch(appId: string, userId: string, route: Route): Promise<RegisterResult>;
  /** `touch` for many sessions at once, in order; at most MAX_TOUCH_BATCH. A failed one is a DirectoryUnavailable in its place. */
  touchAll(entries: readonly RouteEntry[]): Promise<(RegisterResult | DirectoryUnavailable)[]>;
  /**
   * Removes the line of exactly this session, also when it gave way. False: it was no route: not there, another session's,
   * or evicted.
   */
  unregister(appId: string, userId: string, identity: RouteIdentity): Promise<boolean>;
  /**
   * Lines of each user, in the order asked for. They may name boots that are gone: compare with liveNodes or with the
   * attached links. One MGET (in chunks), on a cluster one per bucket.
   */
  routesOf(users: readonly UserKey[]): Promise<Route[][]>;

  /** Nodes whose lease has not run out by Redis's clock. */
  liveNodes(kind: NodeKind): Promise<LiveNode[]>;
  /** Takes (or takes again) a node's lease and publishes its address. */
  acquireLease(node: NodeIdentity, address: string, ttlMs: number): Promise<void>;
  /** Extends the lease only while it is present and has not run out; false means that it was lost. */
  renewLease(node: NodeIdentity, ttlMs: number): Promise<boolean>;
  /** Gives the lease and the canaries up. */
  releaseNode(node: NodeIdentity): Promise<void>;
  /** Puts the node's canary into these buckets. `present` are those that have it now; `lost` is empty. */
  plantCanaries(
    node: NodeIdentity,
    buckets: readonly number[],
    ttlMs: number,
  ): Promise<CanaryReport>;
  /** Extends the canaries that are there; `lost` are buckets without one: they may have lost the node's lines too. */
  renewCanaries(
    node: NodeIdentity,
    buckets: readonly number[],
    ttlMs: number,
  ): Promise<CanaryReport>;

  readonly faceRooms: FaceRoomDirectory;

  readonly rateBuckets: RateBuckets;
}

export interface CanaryReport {
  readonly present: readonly number[];
  readonly lost: readonly number[];
  /** Buckets that could not be asked. */
  readonly unknown: readonly number[];
}

export interface DirectoryOptions {
  /** `redis[s]://[user:password@]host:port[/db]` or `redis[s]+cluster://[user:password@]host:port,host:port…` */
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Upper bound for every operation, in ms. Default 500. */
  readonly commandTimeoutMs?: number;
  /** Upper bound for one attempt to connect, in ms. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** Operations in flight above which new ones are refused at once. Default 10000. */
  readonly maxPendingCommands?: number;
  /** Expiry of a user's lines after the last write, in ms. Default 3 h. */
  readonly routeTtlMs?: number;
  /** Starts every key, so that deployments can share a Redis. Letters, digits, `:`, `_`, `.`, `-`. Default `q:`. */
  readonly keyPrefix?: string;
  /** Lines of one user above which the oldest is evicted, whatever the policy. Default 100. */
  readonly maxRoutesPerUser?: number;
  /** Evicted sessions of one user that are remembered until they are unregistered; beyond, the oldest is dropped. Default 100. */
  readonly maxEvictedPerUser?: number;
}

/**
 * Why a node must assert its sessions again. `lease-lost`: other nodes may have dropped its lines; `buckets-lost`: these
 * buckets of Redis were emptied; `reconnected`: the connection was replaced and writes may be missing.
 */
export type ReassertReason = 'lease-lost' | 'buckets-lost' | 'reconnected';

export interface Reassert {
  readonly reason: ReassertReason;
  /** Buckets (see bucketOf) whose sessions are concerned; every bucket for the other two reasons. */
  readonly buckets: ReadonlySet<number>;
}
