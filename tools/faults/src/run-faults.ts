import { setTimeout as sleep } from 'node:timers/promises';
import { Choices, type Feed } from '@queqiao/e2e';
import { seqOf, type Violation } from '@queqiao/testkit';
import { Era } from './era.js';
import { FAULTS, type Fault } from './fault-list.js';
import { keepHistory } from './keep-history.js';
import { everybodyCaughtUp, firstAcknowledgement } from './recovery.js';
import { FaultRig } from './rig.js';
import { countViolations, type Row } from './row.js';

export interface RunOptions {
  /** Each fault of the quick list once, with short holds. */
  readonly quick: boolean;
  /** The list is run again, in another order, until this is over; what was begun is finished. */
  readonly durationMs: number;
  readonly seed: number;
  readonly devices: number;
  /** Messages begun per second when nothing is broken. */
  readonly perSecond: number;
  /** What feeds the devices of every user. */
  readonly feeds: readonly Feed[];
  /** Names of faults to run; empty: all. */
  readonly only: readonly string[];
  readonly log: (line: string) => void;
}

export interface RunReport {
  readonly rows: readonly Row[];
  readonly violations: readonly (Violation & { readonly fault: string })[];
  /** Where the history of a failure lies. */
  readonly kept: string | undefined;
}

const HOLD_MS = { quick: 2_500, long: 6_000 };
/** Traffic before a fault and after its healing. */
const CALM_MS = { quick: 300, long: 1_500 };
const TAIL_LIMIT_MS = { quick: 60_000, long: 10_000 };
/** A quick run runs beside other tests, so it only tells late from never. */
const QUICK_RECOVER_MS = 90_000;
/** An era is judged as a whole after each of its faults, so that it may not grow for ever. */
const FAULTS_PER_ERA = 8;

/** Breaks a running system, one fault after another in an order that the seed decides, and judges what its clients saw. */
export async function runFaults(options: RunOptions): Promise<RunReport> {
  const choices = new Choices('faults', options.seed);
  const rig = await FaultRig.start(choices);
  const run = new FaultRun(rig, options);
  try {
    await run.all();
  } finally {
    if (run.violations.length > 0) options.log(`logs are in ${rig.cluster.dir}`);
    await rig.stop(run.violations.length > 0);
  }
  return run;
}

class FaultRun implements RunReport {
  readonly rows: Row[] = [];
  readonly violations: (Violation & { readonly fault: string })[] = [];
  kept: string | undefined;
  #eras = 0;

  constructor(
    private readonly rig: FaultRig,
    private readonly options: RunOptions,
  ) {}

  async all(): Promise<void> {
    const { quick, only, durationMs } = this.options;
    const wanted = FAULTS.filter((fault) => (quick ? fault.quick : true)).filter(
      ({ name }) => only.length === 0 || only.includes(name),
    );
    const endMs = Date.now() + durationMs;
    // The first list is run whole, however long it takes; what comes after it ends with the time.
    for (let list = shuffled(wanted, this.rig.choices); list.length > 0;) {
      await this.#era(list.splice(0, FAULTS_PER_ERA));
      const whole = this.rows.length >= wanted.length;
      if (whole && Date.now() >= endMs) return;
      if (list.length === 0) list = shuffled(wanted, this.rig.choices);
    }
  }

  async #era(faults: readonly Fault[]): Promise<void> {
    this.#eras += 1;
    const { devices, perSecond, feeds } = this.options;
    const era = await Era.begin(this.rig, { number: this.#eras, devices, perSecond, feeds });
    for (const fault of faults) await this.#fault(era, fault);
    this.#note('the neighbour app', await era.end());
  }

  async #fault(era: Era, fault: Fault): Promise<void> {
    const { sends, recoveries } = era.crowd.history;
    const mode = this.options.quick ? 'quick' : 'long';
    const first = sends.length;
    era.resume();
    await sleep(CALM_MS[mode]);
    const { failed, firstAckMs, devices } = await this.#break(era, fault, HOLD_MS[mode]);
    const limitMs = mode === 'quick' ? QUICK_RECOVER_MS : fault.recoverMs;
    const what = `${fault.name} #${this.rows.length}`;
    recoveries.push(
      { what: `${what}: first acknowledgement`, tookMs: firstAckMs, limitMs },
      { what: `${what}: all devices, last ${devices.last}`, tookMs: devices.tookMs, limitMs },
    );
    await sleep(CALM_MS[mode]);
    await era.pause();
    const begun = sends.slice(first);
    const givenUp = begun
      .filter(({ outcome }) => outcome === 'unknown')
      .map(({ clientMsgId }) => broken(`${clientMsgId} was given up`));
    const judged = await era.judge(TAIL_LIMIT_MS[mode]);
    const found = [...failed, ...givenUp, ...judged, ...this.#crashes()];
    this.#note(fault.name, found);
    const row = {
      fault: fault.name,
      operations: begun.length,
      acknowledged: begun.filter((send) => seqOf(send) !== undefined).length,
      ...countViolations(found),
      firstAckMs,
      caughtUpMs: devices.tookMs,
      limitMs,
    };
    this.rows.push(row);
    this.options.log(summary(row, found, devices.last));
    if (found.length === 0) return;
    this.kept = keepHistory(this.options.seed, await era.crowd.evidence(), found, fault.name);
  }

  /** Runs the fault under load, and measures from its healing. */
  async #break(era: Era, fault: Fault, holdMs: number) {
    const { crowd, load } = era;
    const measure = () => {
      const nowMs = Date.now();
      const { url } = this.rig.cluster.database;
      return [firstAcknowledgement(load, nowMs), everybodyCaughtUp(crowd, url, nowMs)] as const;
    };
    let measured: ReturnType<typeof measure> | undefined;
    const healed = (): void => void (measured ??= measure());
    const failed: Violation[] = [];
    try {
      await fault.run({ rig: this.rig, crowd, holdMs, healed });
    } catch (error) {
      failed.push(broken(String(error)));
    }
    const [acknowledged, caughtUp] = measured ?? measure();
    const [firstAckMs, devices] = await Promise.all([acknowledged, caughtUp]);
    return { failed, firstAckMs, devices };
  }

  #note(fault: string, violations: readonly Violation[]): void {
    for (const each of violations) this.violations.push({ ...each, fault });
  }

  #crashes(): Violation[] {
    return this.rig.cluster.crashes.splice(0).map(({ server, code, signal, logTail }) => ({
      guarantee: 'liveness',
      what: `${server} crashed (${signal ?? String(code)}): ${logTail.slice(-500)}`,
    }));
  }
}

function broken(what: string): Violation {
  return { guarantee: 'liveness', what };
}

function summary(row: Row, found: readonly Violation[], last: string): string {
  const { fault, acknowledged, operations, firstAckMs = 'never', caughtUpMs = 'never' } = row;
  const some = found.slice(0, 5).map(({ guarantee, what }) => `\n  ${guarantee}: ${what}`);
  return [
    `${fault}: ${acknowledged} of ${operations} acknowledged, first ack ${firstAckMs} ms`,
    `all devices ${caughtUpMs} ms (last: ${last}), ${found.length} violations${some.join('')}`,
  ].join(', ');
}

function shuffled<T>(items: readonly T[], choices: Choices): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(choices.below(left.length), 1));
  return order;
}
