import { Crowd, type Feed } from '@queqiao/e2e';
import {
  checkHistory,
  digestOf,
  readLogTable,
  ReplicaRecorder,
  type HistoryInput,
  type Violation,
} from '@queqiao/testkit';
import { Load } from './load.js';
import type { FaultRig } from './rig.js';

export interface EraOptions {
  readonly number: number;
  readonly devices: number;
  readonly perSecond: number;
  /** One device of every user for each. */
  readonly feeds: readonly Feed[];
}

/** Each device waits for its turn in each conversation, which bounds them well below that. */
const IN_FLIGHT = 400;
/** A neighbour with the same users and conversations under another app, for which nothing may be mistaken. */
const NEIGHBOUR = { users: 4, groups: 1, groupSize: 3, perSecond: 10, inFlight: 4 };
/** Long outages are no reason for a refusal, a flood is of large messages, and one group is a large one. */
const SETTINGS = {
  recallWindowMs: 3_600_000,
  maxTextBytes: 65_536,
  maxContentBytes: 131_072,
  largeGroupMembers: 20,
};
const SILENT_MEMBERS = 24;
const POLL_MS = 1_000;
const FLAP_MS = 2_000;
/** Of the times that a client library loses its connection: the app is killed and opened again. */
const RESTART_SHARE = 0.4;

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
      await cluster.createApp(`era-${options.number}`, SETTINGS),
      await cluster.createApp(`neighbour-${options.number}`, SETTINGS),
    ];
    const users = Math.max(3, Math.round(options.devices / options.feeds.length));
    const groupSize = Math.min(8, users);
    const fed = { feeds: options.feeds, urls, pollMs: POLL_MS, catchesUp: true, inTurn: true };
    const groups = { groups: 5, moving: 3, groupSize, silentMembers: SILENT_MEMBERS };
    const about = { users, ...groups, ...fed };
    const crowd = await Crowd.gather(cluster, choices, about, app);
    const few = { ...NEIGHBOUR, feeds: ['both', 'sdk'] as const, urls };
    const neighbour = await Crowd.gather(cluster, choices, few, other);
    const { perSecond } = options;
    const load = new Load(crowd, choices, { perSecond, inFlight: IN_FLIGHT });
    return new Era(rig, crowd, load, neighbour, new Load(neighbour, choices, NEIGHBOUR));
  }

  /** Starts the traffic; meanwhile now and then a device loses its connection, or its app is killed and opened again. */
  resume(): void {
    this.load.start();
    this.neighbourLoad.start();
    clearInterval(this.#flapping);
    this.#flapping = setInterval(() => {
      const { choices } = this.rig;
      const device = choices.pick(this.crowd.devices);
      const restarts = device instanceof ReplicaRecorder && choices.next() < RESTART_SHARE;
      if (restarts) device.restart();
      else device.drop();
    }, FLAP_MS);
  }

  /** From now on no device loses its connection by itself. Resolves when all are online. */
  async calm(): Promise<void> {
    clearInterval(this.#flapping);
    await Promise.all(this.crowd.devices.map((device) => device.whenOnline()));
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
    const found = [...late, ...checkHistory(await this.evidence()), ...this.#stopped()];
    const fresh = found.filter(({ guarantee, what }) => !this.#known.has(`${guarantee} ${what}`));
    for (const { guarantee, what } of fresh) this.#known.add(`${guarantee} ${what}`);
    return fresh;
  }

  /** What is wrong with the neighbour, at the end of the era. */
  async judgeNeighbour(): Promise<Violation[]> {
    await this.neighbour.settle();
    await this.neighbour.rest();
    return this.neighbour.judge(await this.#digests(this.crowd));
  }

  /** The history with everything that it is judged against. */
  async evidence(): Promise<HistoryInput> {
    return this.crowd.evidence(await this.#digests(this.neighbour));
  }

  /** Nothing of the era is left when it resolves. */
  async end(): Promise<void> {
    await this.pause();
    await Promise.all([this.crowd.leave(), this.neighbour.leave()]);
  }

  /** Digests of everything that is stored for a crowd. */
  async #digests(crowd: Crowd): Promise<Set<string>> {
    const table = await readLogTable(this.rig.cluster.database.url, crowd.appId);
    return new Set([...table.values()].flat().map(digestOf));
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
