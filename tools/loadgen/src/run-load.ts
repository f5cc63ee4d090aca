import type { LoadOptions } from './load-options.js';
import { openTarget } from './load-target.js';
import { measure, type Measurement } from './measure.js';
import { describeMedians, describeRun } from './report.js';

export interface Variant {
  readonly name: string;
  readonly runs: Measurement[];
}

/**
 * Runs the load as often as asked, each time against a system of its own or the running one, variants in turns so that what
 * else the machine does meets all of them. Throws when a run could not be done at all.
 */
export async function runLoad(
  options: LoadOptions,
  say: (line: string) => void,
): Promise<Variant[]> {
  const variants = variantsOf(options);
  for (let round = 1; round <= options.repeat; round += 1) {
    for (const { name, system, runs } of variants) {
      say(`--- ${name}, run ${round} of ${options.repeat}`);
      const target = await openTarget(system);
      try {
        const run = await measure(target, options.load);
        say(describeRun(run));
        runs.push(run);
      } finally {
        await target.close();
      }
    }
  }
  if (options.repeat > 1) say(`\n${describeMedians(variants)}`);
  return variants;
}

function variantsOf({ system, other }: LoadOptions): (Variant & Pick<LoadOptions, 'system'>)[] {
  const normal = { name: 'as is', system, runs: [] };
  if (other === undefined || !('own' in system)) return [normal];
  const { own } = system;
  const logicEnv = { ...own.logicEnv, ...other.logicEnv };
  const connectEnv = { ...own.connectEnv, ...other.connectEnv };
  return [
    normal,
    { name: other.name, system: { own: { ...own, logicEnv, connectEnv } }, runs: [] },
  ];
}
