import { Registry, systemClock, type Clock } from '@queqiao/runtime';
import { eventually, type TestApp } from '@queqiao/testkit';
import { FIELDS_SETTINGS } from '../fields/fields-world.js';
import { audienceOf, rawClient } from '../rig/any-door.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';

export type Work = (signal: AbortSignal) => Promise<unknown>;

/** The fewest that a node may have. */
export const CONNECTIONS = 2;

const registry = new Registry();

/** Calls of one node that are given up while the database has not answered one of their statements. */
export class GivenUpRig {
  #stopped: number | undefined;
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
    const monotonic = () => given.#stopped ?? systemClock.monotonic();
    const clock: Clock = { ...systemClock, monotonic };
    await rig.addNode(env, { registry, clock });
    given.#callers = {
      user: { authorization: `Bearer ${await app.token('alice')}`, 'queqiao-device': 'phone' },
      business: { authorization: `Bearer ${app.credential}` },
      operator: { authorization: `Bearer ${rig.operator.bearer}` },
    };
    return given;
  }

  /** What is cached from here on stays so: all that is read is what a call itself reads. */
  stopClock(): void {
    this.#stopped = systemClock.monotonic();
  }

  async stop(): Promise<void> {
    this.#stopped = undefined;
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

  async gauge(name: string, state?: string): Promise<number> {
    const metric = await registry.getSingleMetric(name)?.get();
    const values = metric?.values.filter(({ labels }) => !state || labels['state'] === state) ?? [];
    return values.reduce((sum, { value }) => sum + value, 0);
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
    return this.#sentOnceGone(gone, failed);
  }

  /**
   * The same of a change, which has as many statements as it has: undefined once it was made without that one, and else with the
   * statement that was held. What was to be committed already is committed, and then told to others.
   */
  async changeSentAfter(nth: number, change: Work) {
    const gone = new AbortController();
    const { tap } = this;
    tap.hold(nth);
    let made = false;
    const making = change(gone.signal).finally(() => (made = true));
    making.catch(() => undefined);
    await eventually('it is held or made', () => tap.isHeld || made);
    if (made) {
      tap.letGo();
      await making;
      return undefined;
    }
    const statement = tap.ofCalls[nth - 1] ?? '';
    const begun = tap.hasSent(/^(?:start transaction|begin)/i);
    const after = await this.#sentOnceGone(gone, failing(making));
    return { statement, after: begun && tap.hasSent(/^commit/i) ? [] : after };
  }

  async #sentOnceGone(gone: AbortController, failed: Promise<void>): Promise<string[]> {
    gone.abort();
    await failed;
    await this.#told();
    return this.tap.during(async () => {
      this.tap.letGo();
      await this.idle();
    });
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
