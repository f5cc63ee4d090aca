import { counterIn, gaugeIn, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { DueJobs, type DueJobRows } from '../delivery/index.js';
import type { BroadcastSteps } from './broadcast-steps.js';
import { BROADCAST_JOBS_MAX } from './limits.js';
import type { BroadcastJob } from './ports.js';

export interface BroadcastJobsDeps {
  readonly rows: Pick<DueJobRows<BroadcastJob>, 'claimDue' | 'backlog'>;
  readonly steps: BroadcastSteps;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Takes every broadcast a step further, the one first that has waited longest: a large one holds up no small one. */
export class BroadcastJobs extends DueJobs<BroadcastJob> {
  readonly #steps: BroadcastSteps;

  constructor(deps: BroadcastJobsDeps, { owner }: { readonly owner: string }) {
    const { rows, steps, registry } = deps;
    const advance = async (job: BroadcastJob): Promise<boolean> => {
      const { more } = await steps.run(job);
      if (more) this.nudge();
      return true;
    };
    const claims: DueJobRows<BroadcastJob> = {
      claimDue: (claim) => rows.claimDue(claim),
      backlog: () => rows.backlog(),
      advance,
    };
    const metrics = metricsIn(registry);
    const options = { owner, atOnce: BROADCAST_JOBS_MAX, of: 'broadcasts' };
    super({ ...deps, rows: claims, metrics }, options);
    this.#steps = steps;
  }

  override stop(): Promise<void> {
    this.#steps.stop();
    return super.stop();
  }
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter(
      'queqiao_broadcast_steps_total',
      'Steps of broadcasts, of at most 500 users each',
    ),
    failures: counter('queqiao_broadcast_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_broadcast_backlog_rows', 'Broadcasts that have not ended'),
    lag: gauge('queqiao_broadcast_lag_seconds', 'How late the one is that was due first'),
  };
}
