import type { Database } from '@queqiao/store-mysql';
import { TcpProxy, type TestApp } from '@queqiao/testkit';
import { momentJobRows } from '../../../src/compose/moment-notices.js';
import type { MomentJobRows } from '../../../src/delivery/index.js';
import { ApiRig } from '../../rig/api-rig.js';
import { openStores } from '../../rig/own-stores.js';

/** What a statement takes longer on the slow line, both ways together: time for a few changes. */
const SLOW_LINE_MS = 60;
/** The place of the node on it. */
export const SLOW_NODE = 2;

/** Two nodes, and the jobs of their database. */
export interface MomentPlace {
  readonly rig: ApiRig;
  readonly app: TestApp;
  readonly jobs: MomentJobRows;
  readonly close: () => Promise<void>;
}

/** Nodes that do no jobs: they are done when the test says so. */
export async function placeWithoutJobs(): Promise<MomentPlace> {
  const rig = await ApiRig.start(0);
  for (let n = 0; n < 2; n += 1) {
    await rig.addNode({}, { database: withoutJobs(openStores(rig)) });
  }
  return placeAt(rig);
}

/** A third node is far from its database: whatever it reads by several statements it reads at moments far apart. */
export async function placeWithSlowNode(): Promise<MomentPlace> {
  const rig = await ApiRig.start(2);
  const { hostname, port } = new URL(rig.database.url);
  const line = await TcpProxy.start({ host: hostname, port: Number(port) });
  line.delayMs = SLOW_LINE_MS / 2;
  await rig.addNode({ QUEQIAO_MYSQL_URL: line.through(rig.database.url) });
  return placeAt(rig, line);
}

async function placeAt(rig: ApiRig, line?: TcpProxy): Promise<MomentPlace> {
  const stores = openStores(rig);
  const app = await rig.createApp('demo');
  const close = async () => {
    await stores.close();
    await rig.stop();
    await line?.stop();
  };
  // Devices are not told: nobody is online.
  const delivery = { pushChange: () => undefined };
  const jobs = momentJobRows({ database: stores, delivery }, { owner: 'test', dispatchDelayMs: 0 });
  return { rig, app, jobs, close };
}

function withoutJobs(stores: Database): Database {
  const { momentJobs } = stores;
  return {
    ...stores,
    momentJobs: {
      claimDue: () => Promise.resolve([]),
      backlog: () => momentJobs.backlog(),
      advance: (job) => momentJobs.advance(job),
    },
  };
}
