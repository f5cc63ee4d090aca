import { metricSum } from '@queqiao/e2e';
import type { FaultRig } from '../rig.js';

const STREAMS = 'queqiao_link_streams_total';
const GIVEN_UP = 'event="dead"';

/**
 * Runs the work, during which a link is silent. Rejects when no node gave a link up because nothing came from it: then only a
 * time-out somewhere else has helped, or nothing at all.
 */
export async function noticed(rig: FaultRig, work: () => Promise<void>): Promise<void> {
  const before = await givenUp(rig);
  await work();
  if ((await givenUp(rig)) <= before) throw new Error('no link was given up for its silence');
}

async function givenUp({ connect, logic }: FaultRig): Promise<number> {
  const counts = await Promise.all(
    [...connect, ...logic].map(({ process }) => metricSum(process, STREAMS, GIVEN_UP)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
