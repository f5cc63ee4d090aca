import { setTimeout as sleep } from 'node:timers/promises';
import { Choices, type Feed } from '@queqiao/e2e';
import type { Violation } from '@queqiao/testkit';
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
const TAIL_LIMIT_MS = 10_000;
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
    do {
      const list = shuffled(wanted, this.rig.choices);
      for (let at = 0; at < list.length; at += FAULTS_PER_ERA) {
        await this.#era(list.slice(at, at + FAULTS_PER_ERA));
      }
    } while (Date.now() < endMs);
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
    let acknowledged: Promise<number | undefined> | undefined;
    let caughtUp: Promise<number | undefined> | undefined;
    const healed = (): void => {
      const nowMs = Date.now();
      acknowledged ??= firstAcknowledgement(era.load, nowMs);
      caughtUp ??= everybodyCaughtUp(era.crowd, this.rig.cluster.database.url, nowMs);
    };
    const failed = await fault
      .run({ rig: this.rig, crowd: era.crowd, holdMs: HOLD_MS[mode], healed })
      .then(
        () => [],
        (error: unknown) => [{ guarantee: 'liveness' as const, what: String(error) }],
      );
    healed();
    const [firstAckMs, caughtUpMs] = await Promise.all([acknowledged, caughtUp]);
    const limitMs = fault.recoverMs;
    recoveries.push(
      {
        what: `${fault.name} #${this.rows.length}: first acknowledgement`,
        tookMs: firstAckMs,
        limitMs,
      },
      { what: `${fault.name} #${this.rows.length}: all devices`, tookMs: caughtUpMs, limitMs },
    );
    await sleep(CALM_MS[mode]);
    await era.pause();
    const unknown = sends
      .slice(first)
      .filter(({ outcome }) => outcome === 'unknown')
      .map(({ clientMsgId }) => ({
        guarantee: 'liveness' as const,
        what: `${clientMsgId} was given up`,
      }));
    const found = [...failed, ...unknown, ...(await era.judge(TAIL_LIMIT_MS)), ...this.#crashes()];
    this.#note(fault.name, found);
    const begun = sends.slice(first);
    this.rows.push({
      fault: fault.name,
      operations: begun.length,
      acknowledged: begun.filter(({ outcome }) => typeof outcome === 'object' && 'seq' in outcome)
        .length,
      ...countViolations(found),
      firstAckMs,
      caughtUpMs,
      limitMs,
    });
    this.options.log(summary(fault, this.rows.at(-1), found));
    if (found.length > 0) {
      this.kept = keepHistory(this.options.seed, await era.crowd.evidence(), found, fault.name);
    }
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

function summary(fault: Fault, row: Row | undefined, found: readonly Violation[]): string {
  const what = `${fault.name}: ${row?.acknowledged ?? 0} of ${row?.operations ?? 0} acknowledged`;
  const times = `first ack ${row?.firstAckMs ?? 'never'} ms, all devices ${row?.caughtUpMs ?? 'never'} ms`;
  const some = found.slice(0, 5).map(({ guarantee, what: which }) => `\n  ${guarantee}: ${which}`);
  return `${what}, ${times}, ${found.length} violations${some.join('')}`;
}

function shuffled<T>(items: readonly T[], choices: Choices): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(choices.below(left.length), 1));
  return order;
}
