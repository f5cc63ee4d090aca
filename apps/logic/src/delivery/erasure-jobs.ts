import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { DueJobs, type DueJobRows } from './due-jobs.js';

/** Users that a node erases at a time; the others wait, or another node takes them. */
export const ERASURE_JOBS_MAX = 1;
/** Between two steps, so that the database has time for calls. */
const PAUSE_MS = 5;

/** Job is what only its store knows the inside of. */
export interface ErasureJobsDeps<Job> {
  readonly rows: {
    claim(owner: string): Promise<Job | null>;
    /** False: it is another node's. */
    save(job: Job, owner: string): Promise<boolean>;
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

/** Erases users. Where a job stands is saved with each step, and whoever comes after a node that is gone goes on from there. */
export class ErasureJobs<Job> extends DueJobs<{ at: Job }> {
  constructor(deps: ErasureJobsDeps<Job>, { owner }: { readonly owner: string }) {
    const { rows, registry } = deps;
    const claims: DueJobRows<{ at: Job }> = {
      claimDue: async () => {
        const at = await rows.claim(owner);
        return at === null ? [] : [{ at }];
      },
      backlog: () => rows.backlog(),
      advance: (work) => advance(deps, owner, work),
    };
    const options = { owner, atOnce: ERASURE_JOBS_MAX, of: 'erasures' };
    super({ ...deps, rows: claims, metrics: metricsIn(registry) }, options);
  }
}

async function advance<Job>(
  { rows, step, isAtRest, clock }: ErasureJobsDeps<Job>,
  owner: string,
  work: { at: Job },
): Promise<boolean> {
  work.at = await step(work.at);
  if (!(await rows.save(work.at, owner)) || isAtRest(work.at)) return true;
  await clock.sleep(PAUSE_MS);
  return false;
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter('queqiao_erasure_steps_total', 'Steps of erasures of users'),
    failures: counter('queqiao_erasure_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_erasure_backlog_rows', 'Erasures that are not finished'),
    lag: gauge('queqiao_erasure_lag_seconds', 'How late the one is that was due first'),
  };
}
