import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Choices, type Feed } from '@queqiao/e2e';
import { checkoutRoot, type Violation } from '@queqiao/testkit';
import { storiesOf } from './device-story.js';
import { Era } from './era.js';
import { FAULTS } from './fault-list.js';
import type { Fault, Mode } from './fault.js';
import { saveHistory } from './kept-history.js';
import { FaultRig } from './rig.js';
import { countViolations, p99, type Row } from './row.js';
import { shuffled, wantedFaults } from './run-list.js';
import { reconnectStorm, STORM, STORM_LIMITS, stormBreaches } from './storm.js';
import { tryFault, type Trial } from './trial.js';

export interface RunOptions {
  /** Each fault of the quick list once, with short holds. */
  readonly quick: boolean;
  /** The list is run again, in another order, until this is over; what was begun is finished. */
  readonly durationMs: number;
  readonly seed: number;
  readonly devices: number;
  /** Operations begun per second when nothing is broken. */
  readonly perSecond: number;
  /** What feeds the devices of every user. */
  readonly feeds: readonly Feed[];
  /** Names of faults to run, of either list; empty: all of the list. */
  readonly only: readonly string[];
  readonly log: (line: string) => void;
}

export interface RunReport {
  readonly rows: readonly Row[];
  readonly violations: readonly (Violation & { readonly fault: string })[];
  /** Where the histories of failures lie. */
  readonly kept: readonly string[];
  /** Every fault of the list was tried. */
  readonly complete: boolean;
}

/** An era is judged as a whole after each of its faults, so that it may not grow for ever. */
const FAULTS_PER_ERA = 8;

/**
 * Breaks a running system, one fault after another in an order that the seed decides, and judges what its clients saw. What
 * goes wrong with the run itself is a violation like others: the report is of everything up to then.
 */
export async function runFaults(options: RunOptions): Promise<RunReport> {
  const choices = new Choices('faults', options.seed);
  const rig = await FaultRig.start(choices);
  const run = new FaultRun(rig, options);
  try {
    await run.all();
    run.judgeReturns();
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    run.note('the run', [{ guarantee: 'liveness', what }]);
  } finally {
    if (run.violations.length > 0) options.log(`logs are in ${rig.cluster.dir}`);
    await rig.stop(run.violations.length > 0);
  }
  return run;
}

class FaultRun implements RunReport {
  readonly rows: Row[] = [];
  readonly violations: (Violation & { readonly fault: string })[] = [];
  readonly kept: string[] = [];
  complete = false;
  readonly #mode: Mode;
  #eras = 0;

  constructor(
    private readonly rig: FaultRig,
    private readonly options: RunOptions,
  ) {
    this.#mode = options.quick ? 'quick' : 'long';
  }

  async all(): Promise<void> {
    const { durationMs, only, quick } = this.options;
    const wanted = wantedFaults(this.options);
    if (only.includes(STORM) || (only.length === 0 && !quick)) await this.#storm();
    this.complete = wanted.length === 0;
    const endMs = Date.now() + durationMs;
    // The first list is run whole, however long it takes; what comes after it ends with the time.
    for (let list = shuffled(wanted, this.rig.choices); list.length > 0;) {
      await this.#era(list.splice(0, FAULTS_PER_ERA));
      const whole = wanted.every(({ name }) => this.rows.some(({ fault }) => fault === name));
      this.complete = whole;
      if (whole && Date.now() >= endMs) break;
      if (list.length === 0) list = shuffled(wanted, this.rig.choices);
    }
  }

  /** What can only be said of many devices. A quick run makes no promise about times. */
  judgeReturns(): void {
    if (this.#mode === 'quick') return;
    for (const { name, p99Ms } of FAULTS) {
      const ms = p99(this.rows.filter(({ fault }) => fault === name).flatMap(returns));
      if (p99Ms === undefined || ms === undefined || ms <= p99Ms) continue;
      const what = `99 of 100 devices are back after ${ms} ms, later than ${p99Ms}`;
      this.note(name, [{ guarantee: 'liveness', what }]);
    }
  }

  note(fault: string, violations: readonly Violation[]): void {
    for (const each of violations) this.violations.push({ ...each, fault });
  }

  async #era(faults: readonly Fault[]): Promise<void> {
    this.#eras += 1;
    const { devices, perSecond, feeds } = this.options;
    const era = await Era.begin(this.rig, { number: this.#eras, devices, perSecond, feeds });
    let last = '';
    try {
      for (const fault of faults) {
        last = fault.name;
        await this.#fault(era, fault);
      }
      this.note('the neighbour app', await era.judgeNeighbour());
    } catch (error) {
      await this.#keep(era, [{ guarantee: 'liveness', what: String(error) }], last);
      throw error;
    } finally {
      await era.end();
    }
  }

  async #storm(): Promise<void> {
    const storm = await reconnectStorm(this.rig, STORM_LIMITS.sockets);
    const found = [...stormBreaches(storm)].map((what): Violation => {
      return { guarantee: 'liveness', what };
    });
    this.note(STORM, found);
    const { returnedMs, statements } = storm;
    this.rows.push({
      fault: STORM,
      operations: STORM_LIMITS.sockets,
      acknowledged: returnedMs.length,
      ...countViolations(found),
      ackMs: Math.min(...returnedMs),
      caughtUpMs: storm.missing > 0 ? undefined : Math.max(...returnedMs),
      returnedMs,
      limitMs: STORM_LIMITS.backMs,
    });
    const { atOnce, calm } = statements;
    const load = (atOnce / calm).toFixed(2);
    this.options.log(
      `${STORM}: ${Math.round(atOnce)} statements, ${Math.round(calm)} on a calm day: ${load} times`,
    );
  }

  async #fault(era: Era, fault: Fault): Promise<void> {
    const before = this.rows.filter((row) => row.fault === fault.name).length;
    const trial = await tryFault(this.rig, era, fault, {
      mode: this.#mode,
      // The other times devices lose their connections too.
      still: fault.socketsStay === true && before % 2 === 0,
      name: `${fault.name} #${this.rows.length}`,
    });
    this.note(fault.name, trial.found);
    this.rows.push(trial.row);
    this.options.log(summary(trial));
    if (trial.found.length > 0) await this.#keep(era, trial.found, fault.name);
  }

  async #keep(era: Era, found: readonly Violation[], fault: string): Promise<void> {
    try {
      const dir = freeFolder(this.options.seed, fault);
      const evidence = await era.evidence();
      for (const story of storiesOf(evidence, found)) this.options.log(story);
      saveHistory(dir, evidence, found);
      this.kept.push(dir);
    } catch (error) {
      this.options.log(`the history of ${fault} could not be kept: ${String(error)}`);
    }
  }
}

/** A folder of this failure's own, whatever other failures and other runs of the seed have left. */
function freeFolder(seed: number, fault: string): string {
  const all = join(checkoutRoot(), '.data', 'faults', String(seed));
  const name = fault.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '');
  mkdirSync(all, { recursive: true });
  const taken = readdirSync(all).map((folder) => Number.parseInt(folder, 10) || 0);
  return join(all, `${Math.max(0, ...taken) + 1}-${name}`);
}

const returns = ({ returnedMs }: Row): readonly number[] => returnedMs;

function summary({ row, found, last }: Trial): string {
  const { fault, acknowledged, operations, ackMs = 'never', caughtUpMs = 'never' } = row;
  const some = found.slice(0, 5).map(({ guarantee, what }) => `\n  ${guarantee}: ${what}`);
  return [
    `${fault}: ${acknowledged} of ${operations} acknowledged, acks after ${ackMs} ms`,
    `all devices ${caughtUpMs} ms (last: ${last}), ${found.length} violations${some.join('')}`,
  ].join(', ');
}
