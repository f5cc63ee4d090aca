import { UserServiceDefinition as Users } from '@queqiao/protocol/client';
import { BareDevice, type TestApp, type TestCluster } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { BackEnd } from '../doors.js';
import { metricSum } from '../metric.js';
import { Business } from './business.js';
import { mustEqual } from './demands.js';
import { Person } from './person.js';
import { Sleeper } from './sleeper.js';
import { StageDevice, type StageDeviceOptions } from './stage-device.js';
import { tableTroubles } from './tables.js';

type AppSettings = Parameters<TestCluster['createApp']>[1];

/** Of two nodes each gets half of the affinities. */
const MAX_LANES = 64;

export const CAST = ['alice', 'bob', 'carol'] as const;

/** An app of its own with three users, who have what a Person has, on two connect and two logic nodes. */
export class Stage {
  private constructor(
    readonly cluster: TestCluster,
    readonly app: TestApp,
    readonly backEnd: BackEnd,
    readonly business: Business,
    readonly people: readonly Person[],
  ) {}

  static async open(cluster: TestCluster, appId: string, settings?: AppSettings): Promise<Stage> {
    const app = await cluster.createApp(appId, settings);
    const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
    await backEnd.upsert(...CAST, 'prompter');
    const business = businessOf(cluster, app);
    const lanes = await findLanes(cluster, app);
    const people = CAST.map((userId, index) => personOf(cluster, app, { userId, index, lanes }));
    return new Stage(cluster, app, backEnd, business, await Promise.all(people));
  }

  person(userId: (typeof CAST)[number]): Person {
    const found = this.people.find(({ id }) => id === userId);
    if (found === undefined) throw new Error(`no ${userId}`);
    return found;
  }

  /** Alice, bob and carol. */
  get cast(): readonly [Person, Person, Person] {
    return [this.person('alice'), this.person('bob'), this.person('carol')];
  }

  /** All that devices were told is what devices read that were offline, and the tables are whole. */
  async agree(): Promise<void> {
    for (const person of this.people) await person.agrees();
    mustEqual(await tableTroubles(this.cluster.database.rootUrl, this.app.appId), []);
  }

  async close(): Promise<void> {
    this.backEnd.close();
    this.business.close();
    const devices = this.people.flatMap((person) => person.devices);
    await Promise.all(devices.map(({ bare }) => bare.close()));
  }
}

/** One stage for the tests of a suite. After every test that did not fail all agree. */
export function useStage(
  cluster: () => TestCluster,
  appId: string,
  settings?: AppSettings,
): () => Stage {
  let stage: Stage | undefined;
  const given = (): Stage => {
    if (stage === undefined) throw new Error('the stage is there during tests only');
    return stage;
  };
  beforeAll(async () => {
    stage = await Stage.open(cluster(), appId, settings);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') await given().agree();
  });
  afterAll(() => stage?.close());
  return given;
}

export function businessOf(cluster: TestCluster, app: TestApp): Business {
  return new Business([cluster.logicAt(0).grpcAddress, cluster.logicAt(1).grpcAddress], app);
}

async function personOf(
  cluster: TestCluster,
  app: TestApp,
  { userId, index, lanes }: { userId: string; index: number; lanes: readonly [string, string] },
): Promise<Person> {
  const token = await app.token(userId);
  const at = (offset: 0 | 1): Pick<StageDeviceOptions, 'socketUrl' | 'lane' | 'codec'> => {
    const node = (index + offset) % 2;
    const { socketUrl } = cluster.connectAt(node);
    return { socketUrl, lane: lanes[offset], codec: node === 0 ? 'json' : 'proto' };
  };
  const about = { userId, token };
  const [phone, desk] = await Promise.all([
    StageDevice.signIn({ ...about, ...at(0), deviceId: 'phone' }),
    StageDevice.signIn({ ...about, ...at(1), deviceId: 'desk' }),
  ]);
  const tablet = new Sleeper({ ...about, ...at(1), deviceId: 'tablet' });
  return new Person(userId, phone, desk, tablet);
}

/** An affinity for each logic node, found by where calls are counted. */
async function findLanes(cluster: TestCluster, app: TestApp): Promise<[string, string]> {
  const token = await app.token('prompter');
  const { socketUrl } = cluster.connectAt(0);
  const device = await BareDevice.signIn(socketUrl, { token, deviceId: 'd' });
  const [first] = cluster.logic;
  const count = () => (first ? metricSum(first.process, 'queqiao_api_calls_total', 'GetMe') : 0);
  const lanes: [string, string] = ['', ''];
  for (let n = 0; lanes.includes(''); n += 1) {
    if (n === MAX_LANES) throw new Error(`${MAX_LANES} affinities lead to one logic node`);
    const before = await count();
    await device.call(Users, Users.methods.getMe, {}, `lane-${n}`);
    lanes[(await count()) > before ? 0 : 1] = `lane-${n}`;
  }
  await device.close();
  return lanes;
}
