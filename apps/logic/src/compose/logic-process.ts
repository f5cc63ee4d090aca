import type { Directory, NodeLease, RateLedger } from '@queqiao/directory';
import {
  Lifecycle,
  type Clock,
  type Logger,
  type OperationsServer,
  type Readiness,
  type Registry,
  type StopReport,
} from '@queqiao/runtime';
import type { Database, UsageJob } from '@queqiao/store-mysql';
import type { GrpcDoor } from '../api/index.js';
import type { AppendWriter } from '../append/index.js';
import type { BroadcastJobs } from '../broadcast/index.js';
import type { LogicConfig } from '../config.js';
import type {
  Delivery,
  EventSequencer,
  LargeCrossings,
  MomentJobs,
  UsageJobs,
} from '../delivery/index.js';
import type { ConnectLinkHub, LinkServer } from '../link/index.js';
import type { WebhookPump } from '../webhook/index.js';
import type { DatabaseWatch } from './database-watch.js';
import type { UserErasures } from './erasures.js';
import type { Pruning } from './pruning.js';

export interface LogicParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly bootId: string;
  readonly database: Database;
  readonly directory: Directory;
  readonly watch: DatabaseWatch;
  readonly pruning: Pruning;
  readonly hub: ConnectLinkHub;
  readonly linkServer: LinkServer;
  readonly delivery: Delivery;
  readonly crossings: LargeCrossings;
  readonly momentJobs: MomentJobs;
  readonly broadcastJobs: BroadcastJobs;
  readonly usageJobs: UsageJobs<UsageJob>;
  readonly sequencer: EventSequencer;
  /** Undefined: without a key for secrets there are none. */
  readonly webhooks: WebhookPump | undefined;
  readonly writer: AppendWriter;
  readonly erasures: UserErasures;
  readonly grpcDoor: GrpcDoor;
  readonly rates: RateLedger;
  readonly createOperations: (readiness: () => Readiness) => OperationsServer;
  /** The lease publishes the link's address, which is known only once the link listens. */
  readonly createLease: (linkAddress: string) => NodeLease;
}

/** For what drain has left: everything together. */
const STOP_DEADLINE_MS = 8_000;
const SERVER_STOP_MS = 2_000;

/** The order in which a logic node comes up and goes down. */
export class LogicProcess {
  readonly #parts: LogicParts;
  readonly #config: LogicConfig;
  readonly #operations: OperationsServer;
  readonly #lifecycle: Lifecycle;
  #lease: NodeLease | undefined;
  #grpcPort = 0;
  #linkPort = 0;
  #state: 'starting' | 'serving' | 'draining' = 'starting';

  constructor(parts: LogicParts, config: LogicConfig) {
    this.#parts = parts;
    this.#config = config;
    this.#operations = parts.createOperations(() => this.#readiness());
    this.#lifecycle = this.#components();
  }

  get bootId(): string {
    return this.#parts.bootId;
  }

  get registry(): Registry {
    return this.#parts.registry;
  }

  get ports(): { grpc: number; link: number; operations: number } {
    return { grpc: this.#grpcPort, link: this.#linkPort, operations: this.#operations.port };
  }

  async start(): Promise<void> {
    await this.#lifecycle.start();
    this.#state = 'serving';
    this.#parts.grpcDoor.setServing(true);
  }

  async drain(): Promise<void> {
    const { clock, hub, grpcDoor, writer, broadcastJobs, logger } = this.#parts;
    const { drainDelayMs, drainMs } = this.#config;
    this.#state = 'draining';
    grpcDoor.setServing(false);
    await clock.sleep(drainDelayMs);
    logger.info({ nodes: hub.attached().length }, 'draining');
    const [answered] = await Promise.all([hub.drain(drainMs), grpcDoor.stop(drainMs)]);
    if (!answered) logger.warn('some calls were not answered before the end of the drain');
    await broadcastJobs.stop();
    await writer.drain();
  }

  stop(): Promise<StopReport> {
    this.#state = 'draining';
    return this.#lifecycle.stop(STOP_DEADLINE_MS);
  }

  /** Redis may be away: without it nodes are found late, but every link that stands goes on. */
  #readiness(): Readiness {
    if (this.#state !== 'serving') return { ready: false, reasons: [this.#state] };
    if (!this.#parts.watch.answers) return { ready: false, reasons: ['no database'] };
    return { ready: true, reasons: [] };
  }

  /** Stopped in reverse: callers first, then what their work needs; the lease while the link still answers. */
  #components(): Lifecycle {
    const { clock, logger, database, directory, watch, pruning } = this.#parts;
    const { delivery, writer, crossings, momentJobs, broadcastJobs } = this.#parts;
    const { sequencer, rates, webhooks, erasures, usageJobs } = this.#parts;
    const operations = this.#operations;
    return new Lifecycle({ clock, logger })
      .add({ name: 'operations', start: () => operations.start(), stop: () => operations.stop() })
      .add({ name: 'database', stop: () => database.close() })
      .add({ name: 'database-watch', start: () => watch.start(), stop: () => watch.stop() })
      .add({ name: 'pruning', start: () => pruning.start(), stop: () => pruning.stop() })
      .add({ name: 'directory', start: () => directory.start(), stop: () => directory.stop() })
      .add({ name: 'rates', start: () => rates.start(), stop: () => rates.stop() })
      .add({ name: 'link', start: () => this.#startLink(), stop: () => this.#stopLink() })
      .add({ name: 'delivery', start: () => delivery.start(), stop: () => delivery.stop() })
      .add({ name: 'crossings', start: () => crossings.start(), stop: () => crossings.stop() })
      .add({ name: 'moments', start: () => momentJobs.start(), stop: () => momentJobs.stop() })
      .add({ name: 'usage', start: () => usageJobs.start(), stop: () => usageJobs.stop() })
      .add({ name: 'events', start: () => sequencer.start(), stop: () => sequencer.stop() })
      .add({ name: 'webhooks', start: () => webhooks?.start(), stop: () => webhooks?.stop() })
      .add({ name: 'writer', stop: () => writer.drain() })
      .add({
        name: 'broadcasts',
        start: () => broadcastJobs.start(),
        stop: () => broadcastJobs.stop(),
      })
      .add({ name: 'erasures', start: () => erasures.start(), stop: () => erasures.stop() })
      .add({ name: 'grpc', start: () => this.#startGrpc(), stop: () => this.#stopGrpc() })
      .add({ name: 'lease', start: () => this.#startLease(), stop: () => this.#lease?.stop() });
  }

  async #startLink(): Promise<void> {
    this.#linkPort = await this.#parts.linkServer.start();
  }

  #stopLink(): Promise<void> {
    this.#linkPort = 0;
    return this.#parts.linkServer.stop(SERVER_STOP_MS);
  }

  async #startGrpc(): Promise<void> {
    this.#grpcPort = await this.#parts.grpcDoor.start();
  }

  #stopGrpc(): Promise<void> {
    this.#grpcPort = 0;
    return this.#parts.grpcDoor.stop(SERVER_STOP_MS);
  }

  async #startLease(): Promise<void> {
    const { host, linkAdvertise } = this.#config;
    const bracketed = host.includes(':') ? `[${host}]` : host;
    this.#lease = this.#parts.createLease(linkAdvertise ?? `${bracketed}:${this.#linkPort}`);
    await this.#lease.start();
  }
}
