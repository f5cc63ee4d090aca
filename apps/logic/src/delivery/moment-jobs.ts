import type { AppId } from '@queqiao/domain';
import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { AppTurns, type Turn } from './app-turns.js';
import { DueJobs, type DueJobRows } from './due-jobs.js';

/** Jobs that a node works on at a time, each with a connection; the others wait, or another node takes them. */
export const MOMENT_JOBS_MAX = 4;

/** What it is about only its store knows. */
export interface MomentJob {
  readonly jobId: string;
  readonly appId: AppId;
}

export interface MomentJobRows extends Omit<DueJobRows<MomentJob>, 'claimDue'> {
  /** Of the app whose turn it is. */
  claimDue(claim: {
    readonly owner: string;
    readonly limit: number;
    readonly turn: Turn<AppId>;
  }): Promise<readonly MomentJob[]>;
}

export interface MomentJobsDeps {
  readonly rows: MomentJobRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Brings posts into timelines, those of an author's friends and that of a new friend, tells users what concerns them, and erases what
 * was said under posts that are gone. Apps take turns, and none has the last place beside its others.
 */
export class MomentJobs extends DueJobs<MomentJob> {
  constructor({ rows, registry, ...deps }: MomentJobsDeps, { owner }: { readonly owner: string }) {
    const turns = new AppTurns<AppId>();
    const claims: DueJobRows<MomentJob> = {
      claimDue: async (claim) => {
        const isLast = claim.limit === 1;
        const turn = turns.next(isLast ? 1 : MOMENT_JOBS_MAX);
        const jobs = await rows.claimDue({ owner, limit: isLast ? 1 : claim.limit - 1, turn });
        for (const { appId } of jobs) turns.begin(appId);
        return jobs;
      },
      backlog: () => rows.backlog(),
      advance: turns.untilDone(
        (job) => job.appId,
        (job) => rows.advance(job),
      ),
    };
    const options = { owner, atOnce: MOMENT_JOBS_MAX, of: 'timelines', inTurns: true };
    super({ ...deps, rows: claims, metrics: metricsIn(registry) }, options);
  }
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter('queqiao_moment_job_steps_total', 'Steps of jobs of timelines and notices'),
    failures: counter('queqiao_moment_job_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_moment_job_backlog_rows', 'Jobs of timelines that are not finished'),
    lag: gauge('queqiao_moment_job_lag_seconds', 'How late the one is that was due first'),
  };
}
