import { setTimeout as sleep } from 'node:timers/promises';
import { isRefused, type History, type Violation } from '@queqiao/testkit';
import { breachesOf, closedSince, closesOf } from './during.js';
import type { Era } from './era.js';
import { holdOf, limitOf, type Fault, type Mode } from './fault.js';
import { recovered, served, type Recovery } from './recovery.js';
import type { FaultRig } from './rig.js';
import { countViolations, type Row } from './row.js';
import type { SendTimes, Span } from './send-times.js';

/** Traffic before a fault and after its healing. */
const CALM_MS = { quick: 300, long: 1_500 };
/** In how many parts of a fault there have to be acknowledgements, where there have to be any. */
const PARTS = { quick: 1, long: 2 };
const TAIL_LIMIT_MS = { quick: 60_000, long: 10_000 };
/**
 * A quick run tells late from never: a fault lasts longer, up to this, until what has to be acknowledged in it was. A node that is
 * frozen with locks makes those who want them wait for ten seconds.
 */
const QUICK_ACK_MS = 30_000;
const LOOK_MS = 50;

export interface Trial {
  readonly row: Row;
  readonly found: readonly Violation[];
  /** Who came last. */
  readonly last: string;
}

interface Broken {
  readonly found: readonly Violation[];
  readonly recovery: Recovery;
}

export interface TrialOptions {
  readonly mode: Mode;
  /** No device loses its connection by itself, so that it can be said who lost it by the fault. */
  readonly still: boolean;
  /** Shown in what is found. */
  readonly name: string;
}

/** Breaks something in an era under load, and judges everything that its clients saw since the era began. */
export async function tryFault(
  rig: FaultRig,
  era: Era,
  fault: Fault,
  options: TrialOptions,
): Promise<Trial> {
  const { mode, name } = options;
  const { history } = era.crowd;
  const before = new Set(operationsOf(history));
  era.resume();
  await sleep(CALM_MS[mode]);
  if (options.still) await era.calm();
  const { found: failed, recovery } = await breakUnderLoad(rig, era, fault, options);
  const limitMs = limitOf(fault, mode);
  const { ackMs, devices } = recovery;
  history.recoveries.push(
    { what: `${name}: acknowledgements`, tookMs: ackMs, limitMs },
    { what: `${name}: all devices, last ${devices.last}`, tookMs: devices.tookMs, limitMs },
  );
  await sleep(CALM_MS[mode]);
  await era.pause();
  const begun = operationsOf(history).filter((record) => !before.has(record));
  const judged = await era.judge(TAIL_LIMIT_MS[mode]);
  const found = [...failed, ...begun.flatMap(notDone), ...judged, ...crashes(rig)];
  const row: Row = {
    fault: fault.name,
    operations: begun.length,
    acknowledged: begun.filter((record) => record.outcome !== 'unknown' && !isRefused(record))
      .length,
    ...countViolations(found),
    ackMs,
    caughtUpMs: devices.tookMs,
    returnedMs: devices.returnedMs,
    limitMs,
  };
  return { row, found, last: devices.last };
}

/** Runs the fault, and measures from its healing, or from its beginning when the others have to serve meanwhile. */
async function breakUnderLoad(
  rig: FaultRig,
  { crowd, load }: Era,
  fault: Fault,
  { mode, still }: TrialOptions,
): Promise<Broken> {
  const { url } = rig.cluster.database;
  const holdMs = holdOf(fault, mode);
  const closes = closesOf(crowd.devices);
  const found: Violation[] = [];
  let span: Span | undefined;
  let recovery: Promise<Recovery> | undefined;
  const healed = (): void => void (recovery ??= recovered(crowd, load.times, url));
  const broken = async (work: () => unknown): Promise<void> => {
    const fromMs = Date.now();
    if (fault.servedMeanwhile) {
      const toMs = fromMs + holdMs - limitOf(fault, mode);
      recovery ??= served(crowd, load.times, url, { fromMs, toMs });
    }
    await work();
    if (mode === 'quick') await firstAcks(fault, load.times, fromMs);
    span = { fromMs, toMs: Date.now() };
  };
  load.times.forget();
  try {
    await fault.run({ rig, crowd, holdMs, broken, healed });
  } catch (error) {
    found.push(liveness(String(error)));
  }
  healed();
  const measured = await (recovery ?? recovered(crowd, load.times, url));
  if (span !== undefined) found.push(...whileItLasted(fault, load.times, span, mode));
  if (fault.socketsStay && still) {
    found.push(...[...closedSince(crowd.devices, closes)].map(liveness));
  }
  return { found, recovery: measured };
}

function* whileItLasted(
  { during }: Fault,
  times: SendTimes,
  span: Span,
  mode: Mode,
): Generator<Violation> {
  const guarantee = during === 'none' ? 'no loss' : 'liveness';
  for (const what of breachesOf(during, times, span, PARTS[mode])) yield { guarantee, what };
}

/** Until nothing is missing of the acknowledgements since then, or too much time went by. */
async function firstAcks({ during }: Fault, times: SendTimes, fromMs: number): Promise<void> {
  if (during !== 'acks') return;
  const late = fromMs + QUICK_ACK_MS;
  for (let toMs = Date.now(); toMs < late; toMs = Date.now()) {
    if (breachesOf(during, times, { fromMs, toMs }, PARTS.quick).next().done === true) return;
    await sleep(LOOK_MS);
  }
}

interface Operation {
  readonly conversationId: string;
  readonly outcome: unknown;
}

function operationsOf({
  sends,
  changes,
  ownChanges,
  marks,
  memberships,
}: History): readonly Operation[] {
  return [...sends, ...changes, ...ownChanges, ...marks, ...memberships];
}

/** What changes of messages may be answered: somebody else took the message back, or there are enough pins. */
const EXPECTED = ['NOT_FOUND', 'LIMIT_EXCEEDED'];

/**
 * Everything is repeated until it is done, and nobody is refused anything but changes that came too late, and what was written
 * by somebody who is out of the group. Whether the message was gone and the user out is judged with the history.
 */
function notDone(operation: Operation): Violation[] {
  const { conversationId, outcome, ...about } = operation;
  const what = `${conversationId}: ${JSON.stringify(about)}`;
  if (outcome === 'unknown') return [liveness(`${what} was given up`)];
  if (!isRefused(operation)) return [];
  const { refused } = outcome as { readonly refused: string };
  if ('clientMsgId' in about && refused === 'NOT_A_MEMBER') return [];
  if ('clientMsgId' in about && 'change' in about && EXPECTED.includes(refused)) return [];
  return [liveness(`${what} was refused: ${refused}`)];
}

function crashes(rig: FaultRig): Violation[] {
  return rig.cluster.crashes
    .splice(0)
    .map(({ server, code, signal, logTail }) =>
      liveness(`${server} crashed (${signal ?? String(code)}): ${logTail.slice(-500)}`),
    );
}

function liveness(what: string): Violation {
  return { guarantee: 'liveness', what };
}
