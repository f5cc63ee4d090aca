import { CLOSE_CODES } from '@queqiao/domain';
import type { Directory, Reassert } from '@queqiao/directory';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { DownHandlers, LogicCalls } from '../link/index.js';
import type { AddressGate } from './address-gate.js';
import { Calls } from './calls.js';
import { Closer } from './closer.js';
import { DeliveredAcks } from './delivered-acks.js';
import { Departures } from './departures.js';
import { DownItems } from './down-items.js';
import { LargeGroups } from './large-groups.js';
import { LogicCaller, RequestIds } from './logic-caller.js';
import { MembershipReads } from './membership-reads.js';
import { Outboxes } from './outbox.js';
import { pacedWalk } from './paced-walk.js';
import type { TurnEnd } from './ports.js';
import { PresenceChanges } from './presence-changes.js';
import { presenceMetrics } from './presence-metrics.js';
import { RecentRevocations } from './recent-revocations.js';
import { Refreshes } from './refreshes.js';
import { Registration } from './registration.js';
import { RemoteKicks } from './remote-kicks.js';
import { Revocations } from './revocations.js';
import type { SessionLimits } from './session-limits.js';
import { SessionMetrics } from './session-metrics.js';
import { SessionProtocol } from './session-protocol.js';
import { SessionTable } from './session-table.js';
import { SignIn } from './sign-in.js';
import { Sweep } from './sweep.js';
import { WriteGate } from './write-gate.js';

export interface SessionsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly logic: LogicCalls;
  readonly directory: Pick<Directory, 'register' | 'unregister' | 'touchAll'>;
  readonly addresses: Pick<AddressGate, 'signIn' | 'signInRefused'>;
  readonly turnEnd: TurnEnd;
  readonly random: () => number;
  readonly checkPause: () => void;
}

export interface SessionsOptions {
  readonly nodeId: string;
  readonly bootId: string;
  readonly limits: SessionLimits;
  readonly registrationsPerSecond: number;
  readonly registrationRefreshMs: number;
}

/** All sessions of this node, put together. Sockets report to `protocol`, the link to `down`. */
export class Sessions {
  readonly protocol: SessionProtocol;
  readonly down: DownHandlers;
  readonly #table = new SessionTable();
  readonly #closer: Closer;
  readonly #registration: Registration;
  readonly #departures: Departures;
  readonly #kicks: RemoteKicks;
  readonly #acks: DeliveredAcks;
  readonly #presence: PresenceChanges;
  readonly #sweep: Sweep;
  readonly #downItems: DownItems;
  readonly #gate: WriteGate;
  readonly #revocations: Revocations;

  constructor(
    private readonly deps: SessionsDeps,
    options: SessionsOptions,
  ) {
    const { clock, logger, registry, directory, checkPause, turnEnd, addresses } = deps;
    const { limits, nodeId, bootId } = options;
    const { registrationsPerSecond: perSecond, registrationRefreshMs: refreshMs } = options;
    const table = this.#table;
    const { metrics, requestIds, logic, gate, outboxes, closer, presence } = coreOf(deps, options);
    const shared = { clock, table, outboxes, closer, metrics };
    const reads = new MembershipReads({ logic, turnEnd });
    const large = new LargeGroups({ ...shared, logic, reads, logger });
    const leaving = { directory, logic, presence, clock, logger, registry };
    const departures = new Departures(leaving, { bootId });
    const kicking = { logic, directory, clock, logger, metrics, registry };
    const kicks = new RemoteKicks(kicking, { bootId });
    const registration = new Registration(
      { ...shared, directory, departures, kicks, large, presence, logger },
      { nodeId, bootId, perSecond, refreshMs },
    );
    const recent = new RecentRevocations(metrics);
    const opening = { ...shared, logic, registration, departures, recent, large, addresses };
    const signIn = new SignIn(opening, limits, { bootId });
    this.#gate = gate;
    this.#revocations = new Revocations({ ...shared, logic, gate, recent, logger });
    const refreshes = new Refreshes({ logic, signIn, closer, clock });
    const calls = new Calls({ ...shared, logic: deps.logic, requestIds, logger }, limits);
    const acks = new DeliveredAcks({ clock, logic, metrics });
    const parts = { ...shared, signIn, refreshes, calls, registration, departures, acks, large };
    this.protocol = new SessionProtocol(parts);
    this.#downItems = new DownItems({ ...shared, large, checkPause });
    this.down = this.#downItems;
    this.#sweep = new Sweep(shared, limits);
    this.#closer = closer;
    this.#registration = registration;
    this.#departures = departures;
    this.#kicks = kicks;
    this.#acks = acks;
    this.#presence = presence;
  }

  /** Open sockets, signed in or not. */
  get size(): number {
    return this.#table.size;
  }

  get signedIn(): number {
    return this.#table.signedIn;
  }

  start(): void {
    this.#sweep.start();
    this.#acks.start();
    this.#presence.start();
    this.#registration.start();
    this.#departures.start();
    this.#revocations.start();
  }

  /** The directory may have lost lines of this node: see NodeLease.onReassert. */
  reassert(reassert: Pick<Reassert, 'buckets'>): void {
    this.#registration.reassert(reassert);
  }

  /** This process stood still: nothing is written before it has heard who was signed out meanwhile. */
  stoodStill(): void {
    this.#gate.stoodStill();
    this.#revocations.askNow();
  }

  /** Closes every socket as fenced: others may have given this node's sessions up while it stood still. */
  fence(): void {
    const all = [...this.#table.all()];
    for (const session of all) {
      this.#closer.closeForRetry(session, CLOSE_CODES.FENCED, 'the node stood still', all.length);
    }
  }

  /** Closes every socket over about `durationMs`. Call it once no new ones can come. */
  async drain(durationMs: number): Promise<void> {
    const all = [...this.#table.all()];
    const visit = (session: (typeof all)[number]): void =>
      this.#closer.closeForRetry(session, CLOSE_CODES.DRAIN, 'the node is going away', all.length);
    await pacedWalk(all, visit, { clock: this.deps.clock, durationMs });
  }

  /** Resolves when the directory has forgotten all sessions that have ended, and logic was told. */
  async departed(): Promise<void> {
    await this.#departures.whenIdle();
    await this.#presence.flush();
  }

  stop(): void {
    this.#sweep.stop();
    this.#registration.stop();
    this.#departures.stop();
    this.#revocations.stop();
    this.#downItems.stop();
    this.#kicks.stop();
    this.#acks.stop();
    this.#presence.stop();
  }
}

/** What the parts of every session's life stand on. */
function coreOf(deps: SessionsDeps, { limits, bootId }: SessionsOptions) {
  const { clock, registry, random, turnEnd, checkPause } = deps;
  const metrics = new SessionMetrics(registry);
  const requestIds = new RequestIds(bootId);
  const caller = { logic: deps.logic, requestIds };
  const logic = new LogicCaller(caller, { timeoutMs: limits.callTimeoutMs });
  const gate = new WriteGate({ clock, metrics, checkPause });
  const outboxes: Outboxes = new Outboxes(
    { metrics, turnEnd, gate },
    { maxBytes: limits.maxOutboxBytes, onSlow: (session) => closer.closeSlow(session) },
  );
  const closer = new Closer(outboxes, { ...limits, random });
  const presence = new PresenceChanges({ clock, logic, metrics: presenceMetrics(registry) });
  return { metrics, requestIds, logic, gate, outboxes, closer, presence };
}
