import {
  bucketOf,
  DirectoryUnavailable,
  MAX_TOUCH_BATCH,
  type Directory,
  type Reassert,
  type RegisterResult,
  type Route,
} from '@queqiao/directory';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import { closeReplaced, closeSuperseded, type Closer } from './closer.js';
import type { Departures } from './departures.js';
import type { LargeGroups } from './large-groups.js';
import type { Outboxes } from './outbox.js';
import type { PresenceChanges } from './presence-changes.js';
import type { RemoteKicks } from './remote-kicks.js';
import type { Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';

export interface RegistrationDeps {
  readonly directory: Pick<Directory, 'register' | 'touchAll'>;
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly departures: Departures;
  readonly kicks: RemoteKicks;
  readonly large: Pick<LargeGroups, 'refresh'>;
  readonly presence: Pick<PresenceChanges, 'add'>;
  readonly metrics: SessionMetrics;
  readonly logger: Logger;
}

export interface RegistrationOptions {
  readonly nodeId: string;
  readonly bootId: string;
  /** Sessions registered again per second after a loss: bounds the load on Redis and the syncs that follow. */
  readonly perSecond: number;
  /** All lines are written again this often, well within their expiry. */
  readonly refreshMs: number;
}

/** `late`: signed in while the directory was away. `reassert`: its line may be lost. `refresh`: only its expiry moves. */
type Why = 'late' | 'reassert' | 'refresh';

const TICK_MS = 100;
const RETRY_MS = 1_000;

/**
 * Keeps the directory's lines of this node's sessions. Sign-in never waits for a directory that is away: the session goes
 * on unregistered, is registered in the background, and is then told to sync, because pushes may have missed it.
 */
export class Registration {
  readonly #pending = new Map<Session, Why>();
  #timers: Timer[] = [];
  #running = false;
  #retryAtMs = 0;

  constructor(
    private readonly deps: RegistrationDeps,
    private readonly options: RegistrationOptions,
  ) {}

  start(): void {
    const { clock } = this.deps;
    this.#timers = [
      clock.every(TICK_MS, () => void this.#tick()),
      clock.every(this.options.refreshMs, () => this.#enqueue('refresh', () => true)),
    ];
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  /** Registers a session that is signing in. `pending`: the directory is away and the session goes on without it. */
  async first(session: Session): Promise<'registered' | 'superseded' | 'pending'> {
    const result = await this.#register(session);
    if (result instanceof Error) {
      // A socket that went meanwhile has been forgotten already, and nobody would forget it again.
      if (session.state !== 'closing') this.#plan(session, 'late');
      return 'pending';
    }
    if (result.status === 'superseded') return 'superseded';
    session.registered = true;
    this.deps.presence.add(session);
    this.#evict(session, result.evicted);
    return 'registered';
  }

  /** The lines of these buckets may be lost: all their sessions are asserted again at a pace, then told to sync. */
  reassert({ buckets }: Pick<Reassert, 'buckets'>): void {
    this.#enqueue('reassert', ({ appId, userId }) => buckets.has(bucketOf(appId, userId)));
  }

  forget(session: Session): void {
    if (this.#pending.delete(session)) this.deps.metrics.pendingRegistrations.dec();
  }

  #enqueue(why: Why, concerns: (session: Session) => boolean): void {
    for (const session of this.deps.table.all()) {
      // Without a policy it has not got as far as the directory.
      if (session.policy !== null && concerns(session)) this.#plan(session, why);
    }
  }

  #plan(session: Session, why: Why): void {
    const present = this.#pending.get(session);
    if (present === undefined) this.deps.metrics.pendingRegistrations.inc();
    if (present === undefined || present === 'refresh') this.#pending.set(session, why);
  }

  async #tick(): Promise<void> {
    if (this.#running || this.#pending.size === 0) return;
    if (this.deps.clock.monotonic() < this.#retryAtMs) return;
    this.#running = true;
    try {
      const perTick = Math.ceil((this.options.perSecond * TICK_MS) / 1000);
      await this.#workOff(this.#take(Math.min(perTick, MAX_TOUCH_BATCH)));
    } catch (error) {
      this.deps.logger.error({ err: error }, 'registering again failed');
    } finally {
      this.#running = false;
    }
  }

  /** Sessions still signing in are left for a later tick: they could not be told to sync yet. */
  #take(count: number): [Session, Why][] {
    const taken: [Session, Why][] = [];
    for (const entry of this.#pending) {
      if (taken.length >= count) break;
      if (entry[0].state === 'connected') taken.push(entry);
    }
    return taken;
  }

  async #workOff(batch: [Session, Why][]): Promise<void> {
    const late = batch.filter(([, why]) => why === 'late');
    const known = batch.filter(([, why]) => why !== 'late');
    const [registered, touched] = await Promise.all([
      Promise.all(late.map(([session]) => this.#register(session))),
      this.#touch(known.map(([session]) => session)),
    ]);
    late.forEach(([session, why], at) => this.#settle(session, why, registered[at]));
    known.forEach(([session, why], at) => this.#settle(session, why, touched[at]));
  }

  #settle(session: Session, why: Why, result: RegisterResult | Error | undefined): void {
    if (result !== undefined && 'evicted' in result) this.#evict(session, result.evicted);
    if (session.state === 'closing') {
      // Its line may have been written after the one removal that its end caused.
      this.deps.departures.add(session);
      return;
    }
    if (result === undefined || result instanceof Error) {
      this.#retryAtMs = this.deps.clock.monotonic() + RETRY_MS;
      return;
    }
    // A newer reason may have come while this one was worked on: it stays.
    if (this.#pending.get(session) === why) this.forget(session);
    if (result.status === 'superseded') return closeSuperseded(this.deps.closer, session);
    session.registered = true;
    if (why === 'refresh') return;
    this.deps.presence.add(session);
    const reason = why === 'late' ? 'registered late' : 'reasserted';
    // Joins are pushed by the directory's lines: what was missed may be one.
    void this.deps.large.refresh(session).then(() => this.#resync(session, reason));
  }

  #resync(session: Session, reason: string): void {
    if (session.state !== 'connected') return;
    const value = { conversationId: '', reason };
    const { codec } = session.socket;
    this.deps.outboxes.push(session, codec.encode({ item: { $case: 'resync', value } }));
  }

  /** Closes what gave way to a session of the same user, here at once; the directory names it until it is closed. */
  #evict({ appId, userId }: Session, routes: readonly Route[]): void {
    for (const route of routes) {
      const session =
        route.bootId === this.options.bootId ? this.deps.table.get(route.session) : undefined;
      // Its end makes the directory forget it.
      if (session?.deviceId === route.deviceId) closeReplaced(this.deps.closer, session);
      else this.deps.kicks.add({ appId, userId, route });
    }
  }

  async #register(session: Session): Promise<RegisterResult | Error> {
    const { appId, userId, policy } = session;
    const { directory, metrics } = this.deps;
    try {
      const route = this.#routeOf(session);
      const result = await directory.register(
        appId,
        userId,
        route,
        policy ?? { mode: 'unlimited' },
      );
      metrics.registrations.inc({ outcome: result.status });
      return result;
    } catch (error) {
      return this.#failure(error);
    }
  }

  async #touch(sessions: Session[]): Promise<(RegisterResult | Error)[]> {
    if (sessions.length === 0) return [];
    const { directory, metrics } = this.deps;
    try {
      const entries = sessions.map((session) => {
        const { appId, userId } = session;
        return { appId, userId, route: this.#routeOf(session) };
      });
      const results = await directory.touchAll(entries);
      for (const result of results) {
        metrics.registrations.inc({ outcome: result instanceof Error ? 'failed' : 'touched' });
      }
      return results;
    } catch (error) {
      const failure = this.#failure(error);
      return sessions.map(() => failure);
    }
  }

  #failure(error: unknown): Error {
    this.deps.metrics.registrations.inc({ outcome: 'failed' });
    if (error instanceof DirectoryUnavailable) return error;
    this.deps.logger.error({ err: error }, 'directory failed in an unexpected way');
    return error instanceof Error ? error : new Error('directory failed', { cause: error });
  }

  #routeOf(session: Session): Route {
    const { deviceId, generation, platform, number } = session;
    const { nodeId, bootId } = this.options;
    const codec = session.socket.codec.name;
    return { deviceId, generation, nodeId, bootId, platform, session: number, codec };
  }
}
