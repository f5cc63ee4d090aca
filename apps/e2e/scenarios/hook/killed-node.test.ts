import { join } from 'node:path';
import { freePort } from '@queqiao/dev-stack';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricSum } from '../../src/metric.js';
import { GrpcPort, type Way } from '../../src/same-calls/ways.js';
import { useCluster } from '../../src/scenario.js';
import { ReceiverProcess } from '../webhooks/receiver-process.js';
import { isOk, JudgedApp, seqOf } from './judged-app.js';

const cluster = useCluster({ connect: 2, logic: 2 });
const ATTEMPTS = 10;

let judge: ReceiverProcess;

beforeAll(async () => {
  judge = new ReceiverProcess(
    await freePort(),
    join(cluster().dir, 'asked'),
    join(import.meta.dirname, 'judge.ts'),
  );
  await judge.start();
});
afterAll(() => judge.kill());

/** Nodes whose questions wait for an answer now. */
async function asking(): Promise<number[]> {
  const waiting = await Promise.all(
    cluster().logic.map(({ process }) => metricSum(process, 'queqiao_before_send_in_flight')),
  );
  return waiting.flatMap((count, node) => (count > 0 ? [node] : []));
}

/** Sends until a node is killed while it waits for the hook; the id of that message, and the node. */
async function killedMeanwhile(app: JudgedApp, way: Way) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const id = app.newId();
    const sent = app.send(`once ${id}`, { way, id }).catch((error: unknown) => error);
    await eventually('it is asked about', () => app.askedAbout(id).length > 0);
    const [node] = await asking();
    if (node !== undefined) {
      await cluster().logicAt(node).process.kill();
      return { id, node, sent };
    }
    await sent;
  }
  throw new Error('every question was over too soon');
}

/** Until a node answers that it is stored. */
function stored(app: JudgedApp, way: Way, id: string) {
  return eventually('it is stored', async () => {
    const answer = await app.send(`once ${id}`, { way, id });
    return isOk(answer) ? answer : undefined;
  });
}

it.each(['grpc', 'socket'] as const)(
  'a message whose node is killed while it waits for the hook is not there, and is there once when it is sent again by %s',
  async (door) => {
    const app = await JudgedApp.create(cluster(), judge, `killed-${door}`);
    await app.setHook('refuse');
    const token = await app.app.token('ann');
    const metadata = { authorization: `Bearer ${token}`, 'queqiao-device': 'ann-door' };
    const ports = [0, 1].map((node) => new GrpcPort(cluster().logicAt(node).grpcAddress));
    const ways = ports.map((port) => port.way(metadata));
    const [first, socket] = [ways[0], app.ann.all[0]];
    if (first === undefined || socket === undefined) throw new Error('there is no way');
    const { id, node, sent } = await killedMeanwhile(app, door === 'grpc' ? first : socket);
    const other = ways[1 - node] ?? first;
    expect(await app.stored()).not.toContain(id);
    // Nobody who waits is told that it is stored.
    expect(await sent).not.toHaveProperty('body');
    const answer = await stored(app, door === 'grpc' ? other : socket, id);
    expect(app.askedAbout(id).length).toBeGreaterThan(1);
    await cluster().logicAt(node).process.start();
    for (const way of [...ways, socket]) {
      const again = await stored(app, way, id);
      expect(seqOf(again)).toBe(seqOf(answer));
    }
    expect((await app.stored()).filter((each) => each === id)).toEqual([id]);
    for (const port of ports) port.close();
    await app.close();
  },
);
