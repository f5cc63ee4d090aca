import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { DueJobs, type DueJobRows } from './due-jobs.js';

/** Jobs that a node works on at a time, each with a connection; the others wait, or another node takes them. */
export const MOMENT_JOBS_MAX = 4;

/** What it is about only its store knows. */
export interface MomentJob {
  readonly jobId: string;
}

export type MomentJobRows = DueJobRows<MomentJob>;

export interface MomentJobsDeps {
  readonly rows: MomentJobRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Brings posts into timelines, those of an author's friends and that of a new friend, tells users what concerns them, and erases what
 * was said under posts that are gone.
 */
export class MomentJobs extends DueJobs<MomentJob> {
  constructor(deps: MomentJobsDeps, { owner }: { readonly owner: string }) {
    const metrics = metricsIn(deps.registry);
    super({ ...deps, metrics }, { owner, atOnce: MOMENT_JOBS_MAX, of: 'timelines' });
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
