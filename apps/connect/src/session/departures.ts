import { DirectoryUnavailable, type Directory } from '@queqiao/directory';
import type { Logger, Registry } from '@queqiao/runtime';
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

/** Departed sessions that wait; above it a line stays until its boot's lease ends, which every reader expects. */
const MAX_DEPARTURES = 100_000;
const CONCURRENCY = 64;

/** Cleans up behind sessions that have ended: the directory's line, if it is still theirs, logic's "last seen", and who watches. */
export class Departures {
  readonly #queue: WorkQueue<Departure>;

  constructor(
    private readonly deps: {
      readonly directory: Pick<Directory, 'unregister'>;
      readonly logic: LogicCaller;
      readonly presence: Pick<PresenceChanges, 'add'>;
      readonly logger: Logger;
      readonly registry: Registry;
    },
    private readonly node: { readonly bootId: string },
  ) {
    this.#queue = new WorkQueue({
      name: 'departures',
      maxItems: MAX_DEPARTURES,
      concurrency: CONCURRENCY,
      work: (departure) => this.#work(departure),
      metrics: deps.registry,
    });
  }

  /** For every session that got as far as being bound to a user. */
  add(session: Session): void {
    const { appId, userId, deviceId, number } = session;
    this.#queue.push({ appId, userId, deviceId, number });
  }

  whenIdle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  async #work({ appId, userId, deviceId, number }: Departure): Promise<void> {
    const identity = { deviceId, bootId: this.node.bootId, session: number };
    try {
      await this.deps.directory.unregister(appId, userId, identity);
    } catch (error) {
      // The line outlives the session: pushes to it find nobody, and the next login of the device replaces it.
      if (!(error instanceof DirectoryUnavailable)) {
        this.deps.logger.error({ err: error }, 'unregister failed');
      }
    }
    await this.deps.logic.close(deviceId, { appId, userId, deviceId });
    this.deps.presence.add({ appId, userId });
  }
}
