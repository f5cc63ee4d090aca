import { DirectoryUnavailable, type Directory } from '@queqiao/directory';
import { BoundedQueue, type Clock, type Logger, type Registry, type Timer } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { PresenceChanges } from './presence-changes.js';
import type { Session } from './session.js';
import { WorkQueue } from './work-queue.js';

interface Departure {
  readonly appId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly number: number;
}

/**
 * Departed sessions that wait, and as many again whose line could not be removed. Above it a line stays until its boot's lease
 * ends or nobody has written to it for three hours.
 */
const MAX_DEPARTURES = 100_000;
const CONCURRENCY = 64;
/** Lines that could not be removed are tried again this often, so many at a time. */
const RETRY_MS = 1_000;
const MAX_RETRIES_PER_TICK = 500;

/** Cleans up behind sessions that have ended: the directory's line, if it is still theirs, logic's "last seen", and who watches. */
export class Departures {
  readonly #queue: WorkQueue<Departure>;
  /** Their users are shown online by lines that nobody is behind. */
  readonly #left: BoundedQueue<Departure>;
  #timer: Timer | undefined;
  #retrying = false;

  constructor(
    private readonly deps: {
      readonly directory: Pick<Directory, 'unregister'>;
      readonly logic: LogicCaller;
      readonly presence: Pick<PresenceChanges, 'add'>;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly registry: Registry;
    },
    private readonly node: { readonly bootId: string },
  ) {
    const limits = { maxItems: MAX_DEPARTURES, metrics: deps.registry };
    this.#queue = new WorkQueue({
      name: 'departures',
      ...limits,
      concurrency: CONCURRENCY,
      work: (departure) => this.#work(departure),
    });
    this.#left = new BoundedQueue({ name: 'departures-left', ...limits });
  }

  start(): void {
    this.#timer ??= this.deps.clock.every(RETRY_MS, () => void this.#retry());
  }

  /** What could not be removed is left to the end of this boot's lease. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** For every session that got as far as being bound to a user. */
  add(session: Session): void {
    const { appId, userId, deviceId, number } = session;
    this.#queue.push({ appId, userId, deviceId, number });
  }

  /** Does not wait for lines that could not be removed. */
  whenIdle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  async #work(departure: Departure): Promise<void> {
    const { appId, userId, deviceId } = departure;
    if (!(await this.#unregister(departure))) this.#left.push(departure);
    await this.deps.logic.close(deviceId, { appId, userId, deviceId });
    this.deps.presence.add({ appId, userId });
  }

  /** One first: while the directory is away, the others need not find out. */
  async #retry(): Promise<void> {
    const first = this.#retrying ? undefined : this.#left.shift();
    if (first === undefined) return;
    this.#retrying = true;
    if (await this.#removeLeft(first)) {
      const others = this.#left.drain(MAX_RETRIES_PER_TICK - 1);
      await Promise.all(others.map((departure) => this.#removeLeft(departure)));
    }
    this.#retrying = false;
  }

  async #removeLeft(departure: Departure): Promise<boolean> {
    const removed = await this.#unregister(departure);
    // Only now do those who ask find nobody.
    if (removed) this.deps.presence.add(departure);
    else this.#left.push(departure);
    return removed;
  }

  /** True when the line is not there any more. Pushes to one that stays find nobody, and a next login of the device replaces it. */
  async #unregister({ appId, userId, deviceId, number }: Departure): Promise<boolean> {
    const identity = { deviceId, bootId: this.node.bootId, session: number };
    try {
      await this.deps.directory.unregister(appId, userId, identity);
      return true;
    } catch (error) {
      if (error instanceof DirectoryUnavailable) return false;
      this.deps.logger.error({ err: error }, 'unregister failed');
      return false;
    }
  }
}
