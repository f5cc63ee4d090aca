import { TestCluster } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  measure,
  parseLoadOptions,
  verify,
  type Evidence,
  type LoadTarget,
  type Measurement,
} from '../src/index.js';

let cluster: TestCluster;
let run: Measurement & { evidence: Evidence };

beforeAll(async () => {
  cluster = await TestCluster.start({ connect: 1, logic: 1 });
  const [service] = cluster.logic;
  const target: LoadTarget = {
    socketUrls: cluster.socketUrls,
    mysqlUrl: cluster.database.url,
    appId: cluster.app.appId,
    watched: {
      processes: [{ kind: 'logic', name: 'logic-1', pid: service?.process.pid ?? 0 }],
      services: [{ kind: 'logic', url: service?.process.operationsUrl ?? '' }],
    },
    token: (userId) => cluster.app.token(userId),
    toggleProfiles: () => undefined,
    close: () => Promise.resolve(),
  };
  const args = '--messages 300 --warmup 50 --pairs 6 --in-flight 12 --devices 2 --groups 1';
  const { load } = parseLoadOptions([...args.split(' '), '--group-size', '5', '--workers', '2']);
  run = await measure(target, load);
});

afterAll(() => cluster?.stop());

test('everything acknowledged is stored and delivered once', () => {
  expect(run.errors).toEqual({});
  expect([...run.verdict.findings]).toEqual([]);
  expect(run.acknowledged).toBe(300);
  expect(run.verdict.acknowledged).toBe(350);
  // Of a pair three devices are not the sender's, of the group nine; each worker takes turns over its own four or three.
  expect(run.verdict.delivered).toBeGreaterThan(350 * 3);
  expect(run.deliveries).toBeGreaterThan(300 * 3);
});

test('the batches of the run are seen', () => {
  const { append, commits } = run.observed;
  // A batch that had to run again counts again.
  expect(append.sum).toBeGreaterThanOrEqual(300);
  expect(commits).toBeGreaterThan(0);
  expect(commits).toBeLessThanOrEqual(300);
  expect(run.ack.p50Ms).toBeLessThanOrEqual(run.ack.p99Ms);
});

test('a delivery that is taken away, and one that comes twice, are reported', () => {
  const { logs, table } = run.evidence;
  const [log, ...others] = logs;
  if (log === undefined) throw new Error('there is no log');
  const { device, message, seq } = log.pushes;
  const without = { device: device.slice(1), message: message.slice(1), seq: seq.slice(1) };
  const missing = verify([{ ...log, pushes: without }, ...others], table);
  expect([...missing.findings]).toEqual([['not-delivered', 1]]);
  const twice = (numbers: Uint32Array) => Uint32Array.of(...numbers, numbers[0] ?? 0);
  const doubled = { device: twice(device), message: twice(message), seq: twice(seq) };
  const duplicated = verify([{ ...log, pushes: doubled }, ...others], table);
  expect([...duplicated.findings]).toEqual([['delivered-twice', 1]]);
});

test('a row that is missing, and one that is there twice, are reported', () => {
  const { logs, table } = run.evidence;
  const [row] = table;
  if (row === undefined) throw new Error('the table is empty');
  expect(verify(logs, table.slice(1)).findings.get('not-stored')).toBe(1);
  expect([...verify(logs, [...table, row]).findings]).toEqual([['stored-twice', 1]]);
});
