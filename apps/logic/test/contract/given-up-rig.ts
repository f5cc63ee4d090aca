import { Registry } from '@queqiao/runtime';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { FIELDS_SETTINGS } from '../fields/fields-world.js';
import { audienceOf, rawClient } from '../rig/any-door.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { commits, StatementTap } from '../rig/statement-tap.js';
import { StillClock } from '../rig/still-clock.js';
import { requestOf } from './reading-world.js';

export type Work = (signal: AbortSignal) => Promise<unknown>;

/** The fewest that a node may have. */
export const CONNECTIONS = 2;
/** A read of one statement. */
const READ = 'queqiao.client.v1.FriendService/ListBlocks';

const UNDER_WAY = [
  'dispatch',
  'event_outbox',
  'moment_jobs',
  'broadcasts WHERE due_ms IS NOT NULL',
  "erasures WHERE phase NOT IN ('sweep', 'done')",
  "app_usage WHERE owner <> '' OR due_ms <= CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
];

const registry = new Registry();

/** Calls of one node that are given up while the database has not answered one of their statements. */
export class GivenUpRig {
  readonly #clock = new StillClock();
  #callers: Record<string, Record<string, string>> = {};

  private constructor(
    readonly rig: ApiRig,
    readonly app: TestApp,
    readonly tap: StatementTap,
  ) {}

  static async start(): Promise<GivenUpRig> {
    const rig = await ApiRig.start(0);
    const tap = await StatementTap.start(rig.database.url);
    const env = { QUEQIAO_MYSQL_URL: tap.url, QUEQIAO_MYSQL_POOL_SIZE: String(CONNECTIONS) };
    const app = await rig.createApp('demo', FIELDS_SETTINGS);
    const given = new GivenUpRig(rig, app, tap);
    await rig.addNode(env, { registry, clock: given.#clock });
    given.#callers = {
      user: { authorization: `Bearer ${await app.token('alice')}`, 'queqiao-device': 'phone' },
      business: { authorization: `Bearer ${app.credential}` },
      operator: { authorization: `Bearer ${rig.operator.bearer}` },
    };
    return given;
  }

  /** What is cached from here on stays so: all that is read is what a call itself reads. */
  stopClock(): void {
    this.#clock.stop();
  }

  /**
   * Resolves when nothing of a change that was made is on its way any more, no webhook looks for what was said, and the node does
   * nothing by itself: all that it sends is sent for its calls, and for what they commit.
   */
  async settled(): Promise<void> {
    const { url } = this.rig.database;
    this.#clock.wake();
    await queryRows(url, 'UPDATE webhooks SET enabled = 0');
    for (const jobs of UNDER_WAY) {
      await eventually(`nothing waits in ${jobs}`, async () => {
        const [row] = await queryRows(url, `SELECT COUNT(*) AS n FROM ${jobs}`);
        return row?.['n'] === 0;
      });
    }
    await this.#clock.rest(registry);
  }

  async stop(): Promise<void> {
    this.#clock.goOn();
    this.#clock.wake();
    await this.rig.stop();
    await this.tap.stop();
  }

  metadataOf(path: string): Record<string, string> {
    return this.#callers[audienceOf(path)] ?? {};
  }

  async call(path: string, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    const client = rawClient(this.rig.address(), path);
    const options = { metadata: this.metadataOf(path), ...(signal && { signal }) };
    await client.call(body, options).finally(() => client.close());
  }

  async gauge(name: string): Promise<number> {
    const metric = await registry.getSingleMetric(name)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  }

  /** Whether work waits for one of the node's connections, those of the writer apart. */
  async waits(): Promise<boolean> {
    const pool = await registry.getSingleMetric('queqiao_mysql_pool')?.get();
    const waiting = pool?.values.filter(({ labels }) => {
      return labels['pool'] === 'general' && labels['state'] === 'waiting';
    });
    return waiting?.some(({ value }) => value > 0) ?? false;
  }

  async idle(): Promise<void> {
    await eventually('nothing is worked on', async () => {
      const calls = await this.gauge('queqiao_api_calls_in_flight');
      return calls + (await this.gauge('queqiao_event_streams')) === 0;
    });
  }

  /** What is sent once the callers of `work` are gone and the `nth` statement, which is held until then, is answered. */
  async sentAfter(nth: number, work: Work, ready = () => this.tap.held()): Promise<string[]> {
    const gone = new AbortController();
    this.tap.hold(nth);
    const failed = failing(work(gone.signal));
    await ready();
    await this.#leave(gone, failed);
    return this.tap.during(() => this.#goOn());
  }

  /**
   * The same of a change, up to its commit: what was to be committed already is committed, and then told to others. Undefined once it
   * was made without that statement, and else with the one that was held.
   */
  async changeSentAfter(nth: number, change: Work) {
    const { tap } = this;
    tap.hold(nth);
    const call = this.#begin(change);
    await eventually('it is held or made', () => tap.isHeld || call.made());
    const statement = tap.untilCommit[nth - 1];
    if (call.made() || statement === undefined) {
      tap.letGo();
      await call.making;
      return undefined;
    }
    await this.#leave(call.gone, failing(call.making));
    await tap.during(() => this.#goOn());
    return { statement, after: commits(statement) ? [] : tap.untilCommit };
  }

  /** What is sent of a change whose caller leaves while it waits for its first connection; undefined: it needs none of these. */
  async changeSentLate(change: Work): Promise<string[] | undefined> {
    // Whoever waits for a connection is the call.
    this.#clock.still = true;
    await this.#clock.rest(registry);
    return this.#sentLate(change).finally(() => (this.#clock.still = false));
  }

  async #sentLate(change: Work): Promise<string[] | undefined> {
    const { tap } = this;
    tap.hold(1);
    const reads = Array.from({ length: CONNECTIONS }, () => this.call(READ, requestOf(READ)));
    await eventually('all connections are held', () => tap.ofCalls.length === CONNECTIONS);
    const call = this.#begin(change);
    const needsNone = () => call.made() || tap.ofCalls.length > CONNECTIONS;
    await eventually('it waits or goes on', async () => needsNone() || (await this.waits()));
    if (needsNone()) {
      tap.letGo();
      await Promise.all([...reads, call.making]);
      return undefined;
    }
    await this.#leave(call.gone, failing(call.making));
    return tap.during(async () => {
      await this.#goOn();
      await Promise.all(reads);
    });
  }

  #begin(change: Work) {
    const gone = new AbortController();
    let ended = false;
    const making = change(gone.signal).finally(() => (ended = true));
    making.catch(() => undefined);
    return { gone, making, made: () => ended && !gone.signal.aborted };
  }

  async #leave(gone: AbortController, failed: Promise<void>): Promise<void> {
    gone.abort();
    await failed;
    await this.#told();
  }

  async #goOn(): Promise<void> {
    this.tap.letGo();
    await this.idle();
  }

  /** The server reads a connection in order: what was given up on it before is known there once this is answered. */
  #told() {
    return failureOf(this.rig.backEnd('').upsert('x'));
  }
}

/** Resolves when it has failed. */
export async function failing(work: Promise<unknown>): Promise<void> {
  const answered = await work.then(
    () => true,
    () => false,
  );
  if (answered) throw new Error('it was answered');
}
