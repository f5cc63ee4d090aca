import { Crowd, type Feed } from '@queqiao/e2e';
import { digestOf, readLogTable, type Violation } from '@queqiao/testkit';
import { Load } from './load.js';
import type { FaultRig } from './rig.js';

export interface EraOptions {
  readonly number: number;
  readonly devices: number;
  readonly perSecond: number;
  /** One device of every user for each. */
  readonly feeds: readonly Feed[];
}

const IN_FLIGHT = 96;
/** A neighbour with the same users and conversations under another app, for which nothing may be mistaken. */
const NEIGHBOUR = { users: 4, groups: 1, groupSize: 3, perSecond: 10, inFlight: 4 };
const POLL_MS = 1_000;
const FLAP_MS = 2_000;

/**
 * An app of its own with a crowd under load, and a small neighbour app. A run has several, one after another, so that the
 * history of each stays of a size that can be judged after every fault.
 */
export class Era {
  readonly #known = new Set<string>();
  #flapping: NodeJS.Timeout | undefined;

  private constructor(
    private readonly rig: FaultRig,
    readonly crowd: Crowd,
    readonly load: Load,
    private readonly neighbour: Crowd,
    private readonly neighbourLoad: Load,
  ) {}

  static async begin(rig: FaultRig, options: EraOptions): Promise<Era> {
    const { cluster, choices, urls } = rig;
    const [app, other] = [
      await cluster.createApp(`era-${options.number}`),
      await cluster.createApp(`neighbour-${options.number}`),
    ];
    const users = Math.max(3, Math.round(options.devices / options.feeds.length));
    const groupSize = Math.min(8, users);
    const about = { users, groups: 5, groupSize, feeds: options.feeds, urls, pollMs: POLL_MS };
    const crowd = await Crowd.gather(cluster, choices, about, app);
    const few = { ...NEIGHBOUR, feeds: ['both'] as const, urls };
    const neighbour = await Crowd.gather(cluster, choices, few, other);
    const { perSecond } = options;
    const load = new Load(crowd, choices, { perSecond, inFlight: IN_FLIGHT });
    return new Era(rig, crowd, load, neighbour, new Load(neighbour, choices, NEIGHBOUR));
  }

  /** Starts the traffic; meanwhile now and then a device loses its connection. */
  resume(): void {
    this.load.start();
    this.neighbourLoad.start();
    this.#flapping = setInterval(() => {
      const device = this.rig.choices.pick(this.crowd.devices);
      if ('drop' in device && typeof device.drop === 'function') device.drop();
    }, FLAP_MS);
  }

  /** Ends the traffic and waits until everything has its outcome. */
  async pause(): Promise<void> {
    clearInterval(this.#flapping);
    await Promise.all([this.load.pause(), this.neighbourLoad.pause()]);
  }

  /** Waits for the devices, and judges everything since the era began. Only what was not found before is returned. */
  async judge(tailLimitMs: number): Promise<Violation[]> {
    const { history } = this.crowd;
    history.tails.length = 0;
    history.rests.length = 0;
    const late = await this.crowd.settle(tailLimitMs).then(
      () => [],
      (error: unknown) => [{ guarantee: 'tail' as const, what: String(error) }],
    );
    if (late.length === 0) await this.crowd.rest(tailLimitMs);
    const table = await readLogTable(this.rig.cluster.database.url, this.neighbour.appId);
    const foreign = new Set([...table.values()].flat().map(digestOf));
    const found = [...late, ...(await this.crowd.judge(foreign)), ...this.#stopped()];
    const fresh = found.filter(({ guarantee, what }) => !this.#known.has(`${guarantee} ${what}`));
    for (const { guarantee, what } of fresh) this.#known.add(`${guarantee} ${what}`);
    return fresh;
  }

  async end(): Promise<Violation[]> {
    const ofNeighbour = await this.neighbour.judge();
    await Promise.all([this.crowd.leave(), this.neighbour.leave()]);
    return ofNeighbour;
  }

  /** Devices that were told never to come back. */
  #stopped(): Violation[] {
    return this.crowd.devices.flatMap(({ name, stoppedBy }) =>
      stoppedBy === undefined
        ? []
        : [
            {
              guarantee: 'liveness' as const,
              what: `${name} was closed for good with ${stoppedBy}`,
            },
          ],
    );
  }
}
