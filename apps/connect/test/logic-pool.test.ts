import { DomainError } from '@queqiao/domain';
import { CallMetrics, LinkMetrics } from '@queqiao/link';
import type { Deliver, ResyncSessions } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue, silentLogger } from '@queqiao/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogicPool, type LogicNode, type LogicPoolOptions } from '../src/link/index.js';
import { MemoryNetwork } from './memory-logic-nodes.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

let clock: FakeClock;
let network: MemoryNetwork;
let listed: LogicNode[] | Error;
let pool: LogicPool;
let registry: Registry;
let delivered: Deliver[];
let resyncs: ResyncSessions[];

function makePool(options: Partial<LogicPoolOptions> = {}): LogicPool {
  registry = new Registry();
  return new LogicPool(
    {
      discovery: {
        liveNodes: () =>
          listed instanceof Error ? Promise.reject(listed) : Promise.resolve(listed),
      },
      dialer: network,
      handlers: {
        deliver: (item) => void delivered.push(item),
        largeDeliver: () => undefined,
        largeCrossing: () => undefined,
        kick: () => undefined,
        resync: (item) => void resyncs.push(item),
      },
      clock,
      logger: silentLogger(),
      metrics: new LinkMetrics(registry),
      callMetrics: new CallMetrics(registry),
      defer: (run) => network.defer(run),
    },
    { nodeId: 'connect-0', bootId: 'c0', random: () => 0.5, ...options },
  );
}

beforeEach(() => {
  clock = new FakeClock();
  network = new MemoryNetwork(clock);
  listed = [];
  delivered = [];
  resyncs = [];
  pool = makePool();
});

afterEach(() => pool.stop());

/** Starts a call and keeps its outcome: the body, or the code of the error. */
function call(key: string, timeoutMs = 10_000): { outcome: string | undefined } {
  const state: { outcome: string | undefined } = { outcome: undefined };
  const input = { key, method: 'a.b/C', body: text(key), codec: 'proto' as const, timeoutMs };
  pool.call({ ...input, requestId: 'r' }).then(
    (reply) => {
      state.outcome = 'body' in reply ? new TextDecoder().decode(reply.body) : 'error';
    },
    (error: unknown) => {
      state.outcome = error instanceof DomainError ? error.code : 'not a DomainError';
    },
  );
  return state;
}

async function withNodes(...names: string[]) {
  const nodes = names.map((name) => network.start(name, `${name}-boot`));
  listed = [...nodes];
  pool.start();
  await network.pass(200);
  return nodes;
}

describe('calls', () => {
  it('reach a listed logic node and are answered', async () => {
    const [logic] = await withNodes('logic-0');
    const state = call('k');
    await network.settle();
    expect(state.outcome).toBe('k');
    expect(logic?.calls).toMatchObject([{ method: 'a.b/C', timeoutMs: 10_000, requestId: 'r' }]);
    expect(pool.attachedCount()).toBe(1);
  });

  it('of one key go to one node, and keep going there when another node leaves', async () => {
    const nodes = await withNodes('logic-0', 'logic-1', 'logic-2');
    const keys = Array.from({ length: 300 }, (_, index) => `conversation-${index}`);
    const homes = async (): Promise<Map<string, string>> => {
      for (const node of nodes) node.calls.length = 0;
      for (const key of keys) call(key);
      await network.settle();
      const home = new Map<string, string>();
      for (const node of nodes) {
        for (const { body } of node.calls) home.set(new TextDecoder().decode(body), node.nodeId);
      }
      return home;
    };
    const before = await homes();
    const counts = nodes.map((node) => [...before.values()].filter((id) => id === node.nodeId));
    for (const count of counts) expect(count.length).toBeGreaterThan(60);
    nodes[2]?.kill();
    await network.settle();
    const after = await homes();
    for (const key of keys) {
      if (before.get(key) !== 'logic-2') expect(after.get(key)).toBe(before.get(key));
      else expect(after.get(key)).not.toBe('logic-2');
    }
  });

  it('are refused at once when no node is attached', async () => {
    pool.start();
    const state = call('k');
    await network.settle();
    expect(state.outcome).toBe('UNAVAILABLE');
  });

  it('are refused at once when the queue or the table is full', async () => {
    pool.stop();
    pool = makePool({ maxCallsInFlight: 3, limits: { maxPendingItems: 2 } });
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const states = [call('a'), call('b'), call('c')];
    await network.settle();
    expect(states.map(({ outcome }) => outcome)).toEqual([undefined, undefined, 'UNAVAILABLE']);
    await network.pass(100);
    const later = [call('d'), call('e')];
    await network.settle();
    expect(later.map(({ outcome }) => outcome)).toEqual([undefined, 'UNAVAILABLE']);
    const full = await metricValue(registry, 'queqiao_link_overflows_total', { reason: 'full' });
    expect(full).toBe(1);
  });

  it('end with DEADLINE_EXCEEDED, and a late reply harms nobody', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k', 1_000);
    await network.pass(900);
    expect(state.outcome).toBeUndefined();
    await network.pass(300);
    expect(state.outcome).toBe('DEADLINE_EXCEEDED');
    const [late] = logic?.calls ?? [];
    if (late) logic?.reply(late);
    await network.settle();
    expect(pool.attachedCount()).toBe(1);
  });
});

describe('a dropped stream', () => {
  it('is resumed: calls and pushes under way arrive once', async () => {
    const [logic] = await withNodes('logic-0');
    if (!logic) return;
    logic.onCall = () => undefined;
    const state = call('k');
    await network.settle();
    logic.cut(new Error('connection reset'));
    const [received] = logic.calls;
    if (received) logic.reply(received);
    logic.send({
      $case: 'deliver',
      value: {
        protoFrame: text('x'),
        jsonItem: text(''),
        sessions: [4],
        users: [],
        exceptSession: 0,
        largeJoin: undefined,
      },
    });
    await network.pass(500);
    expect(state.outcome).toBe('k');
    expect(logic.calls).toHaveLength(1);
    expect(delivered.map(({ sessions }) => sessions)).toEqual([[4]]);
    await network.pass(100);
    expect(logic.outcomes).toEqual(['acked', 'acked']);
    expect(resyncs).toEqual([]);
  });

  it('of a node that stays away fails its calls soon, and goes on being resumed', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k', 120_000);
    await network.settle();
    logic?.kill();
    await network.pass(1_500);
    expect(state.outcome).toBeUndefined();
    await network.pass(1_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    if (logic) logic.alive = true;
    await network.pass(3_000);
    // The late answer of a call that was given up harms nobody, and nothing was numbered anew.
    const [received] = logic?.calls ?? [];
    if (received) logic?.reply(received);
    const next = call('n');
    if (logic) logic.onCall = (given) => logic.reply(given);
    await network.settle();
    expect([state.outcome, next.outcome, pool.attachedCount()]).toEqual(['UNAVAILABLE', 'n', 1]);
    expect(logic?.hellos.at(-1)?.peerBootId).toBe('logic-0-boot');
  });

  it('of a node that stays away is resumed without the calls that were given up', async () => {
    const [logic] = await withNodes('logic-0');
    if (!logic) return;
    logic.frozen = true;
    const state = call('k', 120_000);
    await network.pass(5_500);
    expect(state.outcome).toBeUndefined();
    await network.pass(1_500);
    expect(state.outcome).toBe('UNAVAILABLE');
    logic.frozen = false;
    await network.pass(6_000);
    const next = call('n');
    await network.settle();
    expect(next.outcome).toBe('n');
    expect(logic.hellos.at(-1)?.peerBootId).toBe('logic-0-boot');
    expect(logic.calls.map(({ body }) => new TextDecoder().decode(body))).toEqual(['n']);
  });

  it('of a node that comes back as another boot fails its calls at once', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k', 120_000);
    await network.settle();
    logic?.kill();
    const reborn = network.start('logic-0', 'second-boot');
    listed = logic ? [logic, reborn] : [];
    await network.pass(3_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    const next = call('n');
    await network.settle();
    expect([next.outcome, reborn.calls.length, pool.attachedCount()]).toEqual(['n', 1, 1]);
    // The lease of the dead boot is still listed; asking for it must not disturb the new one.
    await network.pass(10_000, 500);
    expect(reborn.hellos.filter((hello) => hello.wantedBootId === 'second-boot')).toHaveLength(1);
  });

  it('of a node that comes back elsewhere fails its calls as soon as that is attached', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k', 120_000);
    await network.settle();
    logic?.kill();
    const reborn = network.start('logic-0', 'second-boot', '10.0.0.9:9093');
    listed = logic ? [logic, reborn] : [];
    await network.pass(1_500);
    expect([state.outcome, pool.attachedCount()]).toEqual(['UNAVAILABLE', 1]);
  });

  it('whose numbering the node has dropped makes the sessions resync', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k');
    await network.settle();
    logic?.cut(new Error('connection reset'));
    logic?.forget();
    await network.pass(1_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    expect(resyncs).toMatchObject([{ sessions: [] }]);
    expect(pool.attachedCount()).toBe(1);
  });

  it('of the last logic node makes the sessions resync once there is one again', async () => {
    const [first, second] = await withNodes('logic-0', 'logic-1');
    second?.kill();
    await network.pass(40_000, 500);
    // Whatever was committed meanwhile came by the node that was left.
    expect([pool.attachedCount(), resyncs]).toEqual([1, []]);
    first?.kill();
    await network.pass(60_000, 500);
    expect(resyncs).toEqual([]);
    if (first && second) first.alive = second.alive = true;
    await network.pass(5_000);
    expect(pool.attachedCount()).toBe(2);
    expect(resyncs).toMatchObject([{ sessions: [] }]);
  });

  it('is kept trying while the directory is away or empty', async () => {
    const [logic] = await withNodes('logic-0');
    listed = new Error('redis is away');
    await network.pass(3_000);
    logic?.cut(new Error('connection reset'));
    await network.pass(3_000);
    expect(pool.attachedCount()).toBe(1);
    listed = [];
    await network.pass(3_000);
    expect(pool.attachedCount()).toBe(1);
  });
});

describe('a broken peer', () => {
  it('that skips a number is broken off, and the sessions resync', async () => {
    const [logic] = await withNodes('logic-0');
    logic?.inject({ firstNumber: 5, ack: 0, items: [text('x')] });
    expect(resyncs).toHaveLength(1);
    expect(pool.attachedCount()).toBe(0);
    await network.pass(1_000);
    expect(pool.attachedCount()).toBe(1);
    expect(logic?.hellos.at(-1)?.peerBootId).toBe('');
  });

  it('that welcomes as another boot than the one that was meant is left alone', async () => {
    const logic = network.start('logic-0', 'second-boot');
    logic.undiscerning = true;
    listed = [{ nodeId: 'logic-0', bootId: 'first-boot', address: logic.address }];
    pool.start();
    await network.pass(3_000);
    const state = call('k');
    await network.settle();
    expect(logic.hellos.map(({ wantedBootId }) => wantedBootId)).toContain('first-boot');
    expect([state.outcome, pool.attachedCount(), logic.calls]).toEqual(['UNAVAILABLE', 0, []]);
  });

  it('that freezes does not hold up the others', async () => {
    const [first, second] = await withNodes('logic-0', 'logic-1');
    if (first) first.frozen = true;
    await network.pass(7_000);
    expect(pool.attachedCount()).toBe(1);
    const states = Array.from({ length: 50 }, (_, index) => call(`k${index}`));
    await network.settle();
    expect(states.every(({ outcome }) => outcome !== undefined)).toBe(true);
    expect(second?.calls).toHaveLength(50);
    expect(pool.readiness().ready).toBe(true);
    if (first) first.frozen = false;
    await network.pass(6_000);
    expect(pool.attachedCount()).toBe(2);
  });
});

describe('a node at which nothing arrives', () => {
  it('is given up although it can be heard, and its calls are not sent again', async () => {
    const [first, second] = await withNodes('logic-0', 'logic-1');
    if (!first || !second) return;
    first.deaf = true;
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    const states = keys.map((key) => call(key, 120_000));
    await network.pass(7_000);
    expect(pool.attachedCount()).toBe(1);
    expect(new Set(states.map(({ outcome }) => outcome?.replace(/^k.*/, 'answered')))).toEqual(
      new Set(['answered', 'UNAVAILABLE']),
    );
    const repeated = keys.map((key) => call(key));
    await network.settle();
    expect(repeated.map(({ outcome }) => outcome)).toEqual(keys);
    first.deaf = false;
    await network.pass(6_000);
    expect([pool.attachedCount(), first.calls]).toEqual([2, []]);
    expect(resyncs).toEqual([]);
  });

  it('and that ends the stream for it fails its calls without another wait', async () => {
    const [logic] = await withNodes('logic-0');
    if (!logic) return;
    logic.deaf = true;
    const state = call('k', 120_000);
    await network.pass(2_500);
    expect(state.outcome).toBeUndefined();
    logic.cut(new Error('silent'));
    await network.pass(100);
    expect(state.outcome).toBe('UNAVAILABLE');
  });
});

describe('leaving', () => {
  it('a draining node gets no new calls and may still answer', async () => {
    const [first, second] = await withNodes('logic-0', 'logic-1');
    if (first) first.onCall = () => undefined;
    const states = Array.from({ length: 20 }, (_, index) => call(`k${index}`));
    await network.settle();
    const before = first?.calls.length ?? 0;
    expect(before).toBeGreaterThan(0);
    first?.channel?.setDraining();
    await network.settle();
    for (let index = 0; index < 20; index += 1) call(`later-${index}`);
    await network.settle();
    expect(first?.calls).toHaveLength(before);
    expect(second?.calls).toHaveLength(40 - before);
    for (const received of first?.calls ?? []) first?.reply(received);
    await network.settle();
    expect(states.every(({ outcome }) => outcome?.startsWith('k'))).toBe(true);
  });

  it('a node that ends in good order fails what it has not answered at once', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k');
    await network.settle();
    logic?.cut();
    await network.settle();
    expect(state.outcome).toBe('UNAVAILABLE');
  });

  it('stop says goodbye and leaves no timer behind', async () => {
    const [logic] = await withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = call('k');
    await network.settle();
    pool.stop();
    await network.settle();
    logic?.forget();
    expect([state.outcome, logic?.goodbyes, clock.pending]).toEqual(['UNAVAILABLE', 1, 0]);
  });
});

describe('rotation', () => {
  it('moves to a new stream without losing a call or becoming unusable', async () => {
    pool.stop();
    pool = makePool({ maxStreamAgeMs: 2_000 });
    const [logic] = await withNodes('logic-0');
    const states: { outcome: string | undefined }[] = [];
    let unusable = 0;
    network.onStep = () => void (unusable += pool.attachedCount() === 1 ? 0 : 1);
    for (let step = 0; step < 60; step += 1) {
      states.push(call(`k${step}`));
      await network.pass(100);
    }
    expect(unusable).toBe(0);
    expect(states.map(({ outcome }) => outcome)).toEqual(states.map((_, index) => `k${index}`));
    expect(logic?.hellos.length).toBeGreaterThan(2);
    expect(logic?.calls).toHaveLength(60);
    expect(resyncs).toEqual([]);
  });
});
