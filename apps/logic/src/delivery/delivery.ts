import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { CommittedBatch } from '../append/index.js';
import { deliveryMetrics } from './delivery-metrics.js';
import { DispatchRecovery } from './dispatch-recovery.js';
import { FanOut, type CommittedChange } from './fan-out.js';
import { LeaseCheck } from './lease-check.js';
import { DEFAULT_DELIVERY_LIMITS, type DeliveryLimits } from './limits.js';
import { MemberCache } from './member-cache.js';
import type {
  DispatchRows,
  MemberReader,
  NodeLink,
  NodeRef,
  RouteReader,
  StateBatch,
  StoredPushReader,
} from './ports.js';
import { PushRouter } from './push-router.js';
import { Redelivery } from './redelivery.js';
import { ResyncRequests } from './resync-requests.js';
import { SettleBatcher } from './settle-batcher.js';
import { TransientFanOut, type TransientPush } from './transient-fan-out.js';

export interface DeliveryDeps {
  readonly link: NodeLink;
  readonly routes: RouteReader;
  readonly conversations: MemberReader & StoredPushReader;
  readonly rows: DispatchRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface DeliveryOptions extends Partial<DeliveryLimits> {
  /** This node, as dispatch rows name it. */
  readonly owner: string;
}

/** From commits to the sockets of those who may see them, as far as the connect nodes. */
export class Delivery {
  readonly #clock: Clock;
  readonly #stopWaitMs: number;
  readonly #settler: SettleBatcher;
  readonly #resyncs: ResyncRequests;
  readonly #fanOut: FanOut;
  readonly #transients: TransientFanOut;
  readonly #redelivery: Redelivery;
  readonly #recovery: DispatchRecovery;

  constructor(deps: DeliveryDeps, options: DeliveryOptions) {
    const limits = { ...DEFAULT_DELIVERY_LIMITS, ...options };
    const { link, routes, rows, clock, logger, conversations } = deps;
    const metrics = deliveryMetrics(deps.registry);
    const shared = { clock, logger, metrics };
    this.#clock = clock;
    this.#stopWaitMs = limits.stopWaitMs;
    const leases = new LeaseCheck({ routes, link });
    this.#settler = new SettleBatcher({ rows, ...shared }, limits);
    this.#resyncs = new ResyncRequests({ rows, ...shared }, limits);
    const members = new MemberCache({ reader: conversations, metrics }, limits);
    const router = new PushRouter({ routes, link, leases, resyncs: this.#resyncs, metrics });
    const settler = this.#settler;
    this.#transients = new TransientFanOut({ router, metrics }, limits);
    this.#fanOut = new FanOut({ members, router, settler, ...shared }, limits);
    const fanOut = this.#fanOut;
    this.#redelivery = new Redelivery({ reader: conversations, fanOut }, limits);
    const redelivery = this.#redelivery;
    this.#recovery = new DispatchRecovery(
      { rows, redelivery, fanOut, link, leases, settler, ...shared },
      limits,
    );
  }

  /** Pushes a commit. Call it right after, in the order of the commits. Returns at once and never throws. */
  afterCommit(batch: CommittedBatch): void {
    this.#fanOut.afterCommit(batch);
    if (batch.stored.length > 0) void this.#redelivery.redeliverPlaces(batch.stored);
  }

  /** Pushes a change of logs and of members' states. Call it right after the commit. Returns at once, never throws. */
  pushChange(change: CommittedChange): void {
    this.#fanOut.pushChange(change);
  }

  /** Shows members' own states to all their devices. Call it right after the commit. Returns at once, never throws. */
  pushStates(batch: StateBatch): void {
    this.#fanOut.pushStates(batch);
  }

  /** Shows something that is not stored to those who are online. Returns at once, never throws; may be lost. */
  pushTransient(push: TransientPush): void {
    this.#transients.push([push]);
  }

  /** The same for many that belong together: the routes of all are read at once. */
  pushTransients(pushes: readonly TransientPush[]): void {
    this.#transients.push(pushes);
  }

  /** For the link's notices of overflow and loss: the node's sessions will be told to sync, by a durable row. */
  nodeMissedPushes(node: NodeRef): void {
    void this.#resyncs.request(node);
  }

  /** Begins to claim rows that are past due. */
  start(): void {
    this.#recovery.start();
  }

  /**
   * Stops claiming, waits a bounded time for what is under way, and deletes the rows that are done. What is left is pushed
   * by other nodes. Call it after the writer was drained and before the links end.
   */
  async stop(): Promise<void> {
    await this.#recovery.stop();
    await this.#resyncs.flush();
    const waited = new AbortController();
    const limit = this.#clock.sleep(this.#stopWaitMs, waited.signal).catch(() => {});
    await Promise.race([this.#fanOut.idle(), limit]);
    waited.abort();
    await this.#resyncs.flush();
    await this.#settler.flush();
  }
}
