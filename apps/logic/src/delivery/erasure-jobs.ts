import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { AppTurns, type Turn } from './app-turns.js';
import { DueJobs, type DueJobRows } from './due-jobs.js';

/** Users that a node erases at a time, each of another app; the others wait, or another node takes them. */
export const ERASURE_JOBS_MAX = 4;
/** So long a node keeps to one user, and a step longer; then it is the turn of others. */
export const ERASURE_TURN_MAX_MS = 2_000;
/** Between two steps, so that the database has time for calls. */
const PAUSE_MS = 5;
/** When nothing was left by older versions, until it is asked again: nodes that are still of one may leave more. */
const AGAIN_EVERY_MS = 600_000;

/** Job is what only its store knows the inside of, but for whose it is. */
export interface ErasureJobsDeps<AppId extends string, Job extends { readonly appId: AppId }> {
  readonly rows: {
    claim(owner: string, turn: Turn<AppId>): Promise<Job | null>;
    /** False: it is another node's. */
    save(job: Job, owner: string, turn: { readonly isTurnOver: boolean }): Promise<boolean>;
    /** One step of what older versions left. False: nothing is left to do. */
    again(): Promise<boolean>;
    backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
  };
  /** One step; where the job stands then. */
  readonly step: (job: Job) => Promise<Job>;
  /** Nothing is to be done now. */
  readonly isAtRest: (job: Job) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

interface Work<Job> {
  at: Job;
  /** When its turn is over, by our own clock. */
  readonly untilMs: number;
}

/**
 * Erases users. Where a job stands is saved with each step, and whoever comes after a node that is gone goes on from there. Apps take
 * turns, so that one that erases all of its users holds up no other.
 */
export class ErasureJobs<
  AppId extends string,
  Job extends { readonly appId: AppId },
> extends DueJobs<Work<Job>> {
  constructor(deps: ErasureJobsDeps<AppId, Job>, { owner }: { readonly owner: string }) {
    const { rows, registry, clock } = deps;
    const turns = new AppTurns<AppId>();
    const { passes, ...metrics } = metricsIn(registry);
    const again = whenIdle(deps);
    const claims: DueJobRows<Work<Job>> = {
      claimDue: async () => {
        // With two of an app a node might take one that it has already, whose lease ran out meanwhile.
        const at = await rows.claim(owner, turns.next(1));
        // What is asked for now goes before what was left.
        if (at === null && turns.isIdle && (await again())) this.nudge();
        if (at === null) return [];
        turns.begin(at.appId);
        return [{ at, untilMs: clock.monotonic() + ERASURE_TURN_MAX_MS }];
      },
      backlog: () => rows.backlog(),
      advance: turns.untilDone(
        ({ at }) => at.appId,
        async (work) => {
          const end = await advance(deps, owner, work);
          if (end === 'pass') passes.inc();
          return end !== null;
        },
      ),
    };
    const options = { owner, atOnce: ERASURE_JOBS_MAX, of: 'erasures', inTurns: true };
    super({ ...deps, rows: claims, metrics }, options);
  }
}

/** A step of what older versions left; false: there is none now. */
function whenIdle({
  rows,
  clock,
}: Pick<ErasureJobsDeps<string, never>, 'clock'> & {
  readonly rows: { again(): Promise<boolean> };
}): () => Promise<boolean> {
  let nextMs = -Infinity;
  return async () => {
    if (clock.monotonic() < nextMs) return false;
    const more = await rows.again();
    if (more) await clock.sleep(PAUSE_MS);
    else nextMs = clock.monotonic() + AGAIN_EVERY_MS;
    return more;
  };
}

/** Null: it goes on. */
async function advance<AppId extends string, Job extends { readonly appId: AppId }>(
  { rows, step, isAtRest, clock }: ErasureJobsDeps<AppId, Job>,
  owner: string,
  work: Work<Job>,
): Promise<'rest' | 'pass' | null> {
  work.at = await step(work.at);
  const isTurnOver = clock.monotonic() >= work.untilMs;
  const isOurs = await rows.save(work.at, owner, { isTurnOver });
  if (!isOurs || isAtRest(work.at)) return 'rest';
  if (isTurnOver) return 'pass';
  await clock.sleep(PAUSE_MS);
  return null;
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter('queqiao_erasure_steps_total', 'Steps of erasures of users'),
    failures: counter('queqiao_erasure_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_erasure_backlog_rows', 'Erasures that are not finished'),
    passes: counter(
      'queqiao_erasure_passes_total',
      'Turns that ended before their user was erased, for those of other apps to have theirs',
    ),
    lag: gauge('queqiao_erasure_lag_seconds', 'How late the one is that was due first'),
  };
}
