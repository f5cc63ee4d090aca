import { startMysql, createDatabase as createOn } from '@queqiao/dev-stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AmbiguousCommit,
  migrate,
  StoreUnavailable,
  TransientStoreError,
  type Database,
} from '../../src/index.js';
import { CuttingProxy } from '../rig/cutting-proxy.js';
import { allow, app, direct, message, openStores, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let proxy: CuttingProxy;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  proxy = await CuttingProxy.start(rig.created.url);
  database = rig.open({ url: proxy.url });
});
afterAll(async () => {
  await rig.stop();
  await proxy.stop();
});

describe('a connection that is cut at COMMIT', () => {
  it.each([
    ['before-commit', 'committed'],
    ['after-commit', 'duplicate'],
  ] as const)('%s is ambiguous, and running the batch again says %s', async (cut, status) => {
    const one = direct('a', cut);
    await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
    const items = [message(one, 'a'), message(one, 'a')];
    for (let round = 0; round < 20; round++) {
      const item = message(one, 'a');
      proxy.cut = cut;
      const failure = database.append.commitBatch([item], allow);
      await expect(failure).rejects.toBeInstanceOf(AmbiguousCommit);
      const { outcomes } = await database.append.commitBatch([item], allow);
      expect(outcomes).toMatchObject([{ status, seq: round + 1 }]);
    }
    await database.append.commitBatch(items, allow);
    const entries = await database.conversations.entries(app, one, { fromSeq: 1, toSeq: 99 });
    expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
  });
});

it('a connection killed by the server is replaced, and the work was without effect', async () => {
  const one = direct('a', 'killed');
  await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
  await database.append.commitBatch([message(one, 'a')], allow);
  const killed = await rig.rows<{ id: number }>(
    "SELECT id FROM information_schema.processlist WHERE user = 'queqiao' AND db = ?",
    [rig.created.name],
  );
  for (const { id } of killed) await rig.root.query(`KILL ${id}`);
  let outcome: unknown;
  for (let attempt = 0; attempt <= killed.length && outcome === undefined; attempt++) {
    try {
      [outcome] = (await database.append.commitBatch([message(one, 'a')], allow)).outcomes;
    } catch (error) {
      expect(error).toBeInstanceOf(TransientStoreError);
    }
  }
  expect(outcome).toMatchObject({ status: 'committed', seq: 2 });
  await database.ping().catch(() => undefined);
  await database.ping();
});

it('a server that is nowhere is unavailable, and says so without the password', async () => {
  const nowhere = openStores({ url: 'mysql://someone:swordfish@127.0.0.1:1/nothing' });
  const failure = await nowhere.ping().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StoreUnavailable);
  expect(String(failure) + JSON.stringify(failure)).not.toContain('swordfish');
  await nowhere.close();
});

it('connections to a server that became read-only are dropped, and writing goes on after it', async () => {
  const server = await startMysql();
  const created = await createOn(server.rootUrl, 'failover');
  await migrate(created.migrateUrl);
  const front = await CuttingProxy.start(created.url);
  const stores = openStores({ url: front.url, poolSize: 1, appendPoolSize: 1 });
  const other = await StoreRig.root(server.rootUrl);
  try {
    const one = direct('a', 'b');
    await stores.conversations.ensureDirect([{ appId: app, conversationId: one }]);
    await stores.append.commitBatch([message(one, 'a')], allow);
    const before = front.connections;
    await other.query('SET GLOBAL read_only = 1');
    const refused = stores.append.commitBatch([message(one, 'a')], allow);
    await expect(refused).rejects.toMatchObject({ name: 'TransientStoreError', errno: 1290 });
    await other.query('SET GLOBAL read_only = 0');
    const { outcomes } = await stores.append.commitBatch([message(one, 'a')], allow);
    expect(outcomes).toMatchObject([{ status: 'committed', seq: 2 }]);
    expect(front.connections).toBe(before + 1);
  } finally {
    other.destroy();
    await stores.close();
    await front.stop();
    await server.stop();
  }
});
