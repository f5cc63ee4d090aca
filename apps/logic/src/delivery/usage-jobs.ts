import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { DueJobs, type DueJobRows } from './due-jobs.js';

/** Apps that a node counts at a time. */
export const USAGE_JOBS_MAX = 2;
/** From the end of a count to the next, of an app that has a quota; so long, and the time of a count, does what came since not count. */
export const USAGE_EVERY_MS = 60_000;
/** Of an app without, for operators to see. */
export const USAGE_IDLE_EVERY_MS = 600_000;
/** Between two steps of a count, so that the database has time for calls. */
const PAUSE_MS = 5;

/** Job is what only its store knows the inside of. */
export interface UsageRows<Job> {
  claimDue(claim: { readonly owner: string; readonly limit: number }): Promise<readonly Job[]>;
  countNext(job: Job): Promise<{ readonly job: Job; readonly isLast: boolean }>;
  /** False: it is another node's. */
  save(job: Job, owner: string): Promise<boolean>;
  finish(job: Job, owner: string, nextInMs: number): Promise<void>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}

export interface UsageJobsDeps<Job> {
  readonly rows: UsageRows<Job>;
  readonly hasQuota: (job: Job) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Counts what apps have, a page of rows at a time. Where a count stands is kept with each page, and whoever comes after a node that is
 * gone goes on from there.
 */
export class UsageJobs<Job extends object> extends DueJobs<{ at: Job }> {
  constructor(deps: UsageJobsDeps<Job>, { owner }: { readonly owner: string }) {
    const { rows, registry } = deps;
    const claims: DueJobRows<{ at: Job }> = {
      claimDue: async (claim) => (await rows.claimDue(claim)).map((at) => ({ at })),
      backlog: () => rows.backlog(),
      advance: (work) => advance(deps, owner, work),
    };
    const options = { owner, atOnce: USAGE_JOBS_MAX, of: 'counting' };
    super({ ...deps, rows: claims, metrics: metricsIn(registry) }, options);
  }
}

async function advance<Job>(
  { rows, hasQuota, clock }: UsageJobsDeps<Job>,
  owner: string,
  work: { at: Job },
): Promise<boolean> {
  const { job, isLast } = await rows.countNext(work.at);
  work.at = job;
  if (isLast) {
    const nextInMs = (await hasQuota(job)) ? USAGE_EVERY_MS : USAGE_IDLE_EVERY_MS;
    await rows.finish(job, owner, nextInMs);
    return true;
  }
  if (!(await rows.save(job, owner))) return true;
  await clock.sleep(PAUSE_MS);
  return false;
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter(
      'queqiao_usage_steps_total',
      'Pages of rows that were counted for the usage of apps',
    ),
    failures: counter('queqiao_usage_failures_total', 'Claims and pages of it that failed'),
    backlog: gauge('queqiao_usage_backlog_apps', 'Apps that are due to be counted'),
    lag: gauge('queqiao_usage_lag_seconds', 'How late the one is that was due first'),
  };
}
