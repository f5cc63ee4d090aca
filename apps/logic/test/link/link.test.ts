import { CallMetrics, LinkMetrics } from '@queqiao/link';
import { DownItem, type UpCall } from '@queqiao/protocol/link';
import { Registry, systemClock } from '@queqiao/runtime';
import { metricValue, silentLogger } from '@queqiao/runtime/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CallDispatch,
  ConnectLinkHub,
  LinkServer,
  type CallDispatchLimits,
  type CallResult,
  type CallSignal,
  type LinkHubOptions,
} from '../../src/link/index.js';
import { LinkClient } from '../rig/link-client.js';

const OVERFLOWS = 'queqiao_link_overflows_total';
const NODE = { nodeId: 'connect-0', bootId: 'c0' };
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });

async function startLogic(
  options: Partial<LinkHubOptions> = {},
  limits: Partial<CallDispatchLimits> = {},
) {
  const events: string[] = [];
  const held: { call: UpCall; signal: CallSignal; answer: (result: CallResult) => void }[] = [];
  const registry = new Registry();
  const metrics = new LinkMetrics(registry);
  const logger = silentLogger();
  const executor = {
    execute(call: UpCall, _node: unknown, signal: CallSignal): Promise<CallResult> {
      const body = new TextDecoder().decode(call.body);
      if (body === 'break') return Promise.reject(new Error('defect'));
      if (body !== 'hold') return Promise.resolve({ body: call.body });
      return new Promise((answer) => void held.push({ call, signal, answer }));
    },
  };
  const dispatch = new CallDispatch(
    { executor, clock: systemClock, metrics: new CallMetrics(registry), logger },
    limits,
  );
  const hub = new ConnectLinkHub(
    { dispatch, clock: systemClock, metrics, logger },
    { nodeId: 'logic-0', bootId: 'l0', ...options },
  );
  hub.addListener({
    onNodeAttached: (node) => void events.push(`attached ${node.bootId}`),
    onNodeOverflow: (node, reason) => void events.push(`overflow ${node.bootId} ${reason}`),
    onNodeLost: (node, reason) => void events.push(`lost ${node.bootId} ${reason}`),
  });
  const server = new LinkServer({ hub }, { host: '127.0.0.1', port: 0 });
  const port = await server.start();
  closers.push(() => server.stop(500));
  const dial = (node = NODE): LinkClient => {
    const client = new LinkClient(port, node);
    closers.push(() => client.close());
    return client;
  };
  const outcomes: string[] = [];
  const deliver = (session: number, size = 0): boolean =>
    hub.send(NODE, deliverItem(session, size), (outcome) => {
      outcomes.push(`${session} ${outcome}`);
    });
  return { hub, dial, events, held, outcomes, deliver, registry };
}

function deliverItem(session: number, size: number): Uint8Array {
  const value = {
    protoFrame: new Uint8Array(size),
    jsonItem: new Uint8Array(0),
    sessions: [session],
    users: [],
    exceptSession: 0,
    largeJoin: undefined,
  };
  return DownItem.encode({ item: { $case: 'deliver', value } }).finish();
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('an attached connect node', () => {
  it('gets replies and pushes in order, and settles them by acknowledging', async () => {
    const { hub, dial, deliver, outcomes, events } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(hub.attached()).toEqual([NODE]));
    await until(() => expect(client.channel).toBeDefined());
    for (const id of range(500)) client.call(id, `b${id}`);
    for (const session of range(2_000)) expect(deliver(session, 100)).toBe(true);
    await until(() => expect(outcomes).toHaveLength(2_000));
    await until(() => expect(client.replies()).toHaveLength(500));
    expect(client.delivered()).toEqual(range(2_000));
    expect(client.replies()).toEqual(range(500).map((id) => `${id}:b${id}`));
    expect(outcomes).toEqual(range(2_000).map((session) => `${session} acked`));
    expect(events).toEqual(['attached c0']);
  });

  it('is named by node and boot', async () => {
    const { hub, dial, deliver } = await startLogic();
    expect(deliver(1)).toBe(false);
    dial().attach();
    await until(() => expect(hub.isAttached(NODE)).toBe(true));
    expect(hub.isAttached({ nodeId: 'connect-0', bootId: 'c1' })).toBe(false);
    expect(hub.isAttached({ nodeId: 'connect-1', bootId: 'c0' })).toBe(false);
  });

  it('is answered when a call breaks the executor, and beyond the calls in flight', async () => {
    const { dial, held } = await startLogic({}, { maxCallsPerNode: 1 });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.call(1, 'hold');
    client.call(2, 'echo');
    await until(() => expect(client.replies()).toEqual(['2:error']));
    held[0]?.answer({ body: new TextEncoder().encode('at last') });
    await until(() => expect(client.replies()).toEqual(['2:error', '1:at last']));
    client.call(3, 'break');
    await until(() => expect(client.replies().at(-1)).toBe('3:error'));
  });

  it('has its calls aborted when their time is up, and nothing is answered then', async () => {
    const { dial, held } = await startLogic({}, { sweepMs: 20 });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.call(1, 'hold', 50);
    await until(() => expect(held[0]?.signal.aborted).toBe(true));
    held[0]?.answer({ body: new Uint8Array(0) });
    client.call(2, 'echo');
    await until(() => expect(client.replies()).toEqual(['2:echo']));
  });
});

describe('the protocol version', () => {
  it.each([
    ['that speaks more', 1, 3],
    ['that speaks the same', 1, 1],
  ])('is the highest common one with a node %s', async (_, protocolMin, protocolMax) => {
    const { hub, dial } = await startLogic();
    const client = dial();
    client.attach({ protocolMin, protocolMax });
    await until(() => expect(client.welcomes).toMatchObject([{ protocolMin: 1, protocolMax: 1 }]));
    expect(hub.versionOf(NODE)).toBe(1);
    expect(hub.versionOf({ nodeId: 'connect-0', bootId: 'c1' })).toBeUndefined();
    client.call(1, 'echo');
    await until(() => expect(client.replies()).toEqual(['1:echo']));
    client.cut();
    client.attach({ protocolMin, protocolMax });
    await until(() => expect(client.welcomes).toHaveLength(2));
    expect(client.welcomes[1]).toMatchObject({ protocolMin: 1, protocolMax: 1, peerBootId: 'c0' });
  });
});

describe('a cut stream', () => {
  it('is resumed by the same boot: everything arrives once and in order', async () => {
    const { dial, deliver, outcomes, events } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    for (const round of range(5)) {
      for (const session of range(400)) deliver((round - 1) * 400 + session, 500);
      const before = client.items.length;
      await until(() => expect(client.items.length).toBeGreaterThan(before));
      client.cut();
      client.attach();
    }
    await until(() => expect(outcomes).toHaveLength(2_000));
    expect(client.delivered()).toEqual(range(2_000));
    expect(outcomes.filter((outcome) => !outcome.endsWith('acked'))).toEqual([]);
    expect(events).toEqual(['attached c0']);
    expect(client.welcomes.at(-1)?.peerBootId).toBe('c0');
  });

  it('that is only half open is replaced by the newer one', async () => {
    const { dial, deliver, outcomes } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.attach();
    await until(() => expect(client.welcomes).toHaveLength(2));
    await until(() => expect(client.endings).toEqual(['10']));
    deliver(1);
    await until(() => expect(outcomes).toEqual(['1 acked']));
    expect(client.delivered()).toEqual([1]);
  });

  it('whose node does not come back is given up after the resume window', async () => {
    const { hub, dial, deliver, outcomes, events } = await startLogic({
      reattachGraceMs: 50,
      resumeWindowMs: 150,
      sweepMs: 20,
    });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.deaf = true;
    deliver(1);
    client.cut();
    await until(() => expect(hub.attached()).toEqual([]));
    expect(deliver(2)).toBe(false);
    await until(() => expect(outcomes).toEqual(['1 lost']));
    expect(events).toEqual(['attached c0', 'lost c0 not back within the resume window']);
  });

  it('of a node without memory of it starts a new numbering', async () => {
    const { dial, deliver, outcomes, events } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.deaf = true;
    deliver(1);
    client.cut();
    client.deaf = false;
    client.attach({ peerBootId: '', received: 0 });
    await until(() => expect(outcomes).toEqual(['1 lost']));
    deliver(2);
    await until(() => expect(outcomes).toEqual(['1 lost', '2 acked']));
    expect(client.delivered()).toEqual([2]);
    expect(events.slice(1)).toEqual(['lost c0 connect has dropped its state', 'attached c0']);
  });

  it('of an earlier boot is forgotten when the node is back as another', async () => {
    const { hub, dial, deliver, events, outcomes } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.deaf = true;
    deliver(1);
    client.cut();
    await until(() => expect(events).toEqual(['attached c0']));
    dial({ nodeId: 'connect-0', bootId: 'c1' }).attach();
    await until(() => expect(hub.attached()).toEqual([{ nodeId: 'connect-0', bootId: 'c1' }]));
    expect(outcomes).toEqual(['1 lost']);
  });

  it('ended by a goodbye is given up at once, with its calls', async () => {
    const { hub, dial, held, events } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.call(1, 'hold');
    await until(() => expect(held).toHaveLength(1));
    client.goodbye();
    await until(() => expect(events).toEqual(['attached c0', 'lost c0 goodbye']));
    expect(held[0]?.signal.aborted).toBe(true);
    expect(hub.isAttached(NODE)).toBe(false);
    await until(() => expect(client.endings).toEqual(['ok']));
  });
});

describe('a stream that is refused', () => {
  it('speaks no common version', async () => {
    const { dial, registry, hub } = await startLogic();
    const client = dial();
    client.attach({ protocolMin: 7, protocolMax: 9 });
    await until(() => expect(client.endings).toEqual(['9']));
    expect(hub.attached()).toEqual([]);
    const text = await registry.getSingleMetricAsString('queqiao_link_streams_total');
    expect(text).toContain('queqiao_link_streams_total{event="refused"} 1');
  });

  it('wants another boot', async () => {
    const { dial } = await startLogic();
    const client = dial();
    client.attach({ wantedBootId: 'an-earlier-one' });
    await until(() => expect(client.endings).toEqual(['5']));
  });

  it('does not begin with a hello, or with a nameless one', async () => {
    const { dial } = await startLogic({ helloTimeoutMs: 3_600_000 });
    const rude = dial();
    rude.attachRudely();
    await until(() => expect(rude.endings).toEqual(['3']));
    const anonymous = dial();
    anonymous.attach({ nodeId: '' });
    await until(() => expect(anonymous.endings).toEqual(['3']));
  });

  it('says nothing at all', async () => {
    const { dial } = await startLogic({ helloTimeoutMs: 50 });
    const silent = dial();
    silent.attachSilently();
    await until(() => expect(silent.endings).toEqual(['3']));
  });

  it('is one too many', async () => {
    const { dial } = await startLogic({ maxNodes: 1 });
    const first = dial();
    first.attach();
    await until(() => expect(first.welcomes).toHaveLength(1));
    const second = dial({ nodeId: 'connect-1', bootId: 'c1' });
    second.attach();
    await until(() => expect(second.endings).toEqual(['8']));
  });
});

describe('overflow', () => {
  it('settles everything as lost and leaves one resync for all sessions', async () => {
    const { dial, deliver, outcomes, events, registry } = await startLogic({
      limits: { maxPendingItems: 100 },
    });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    for (const session of range(100)) expect(deliver(session)).toBe(true);
    expect(deliver(101)).toBe(false);
    expect(outcomes).toEqual(range(100).map((session) => `${session} lost`));
    expect(events).toEqual(['attached c0', 'overflow c0 full']);
    expect(await metricValue(registry, OVERFLOWS, { reason: 'full' })).toBe(1);
    expect(deliver(102)).toBe(true);
    await until(() => expect(outcomes.at(-1)).toBe('102 acked'));
    const resyncs = client.items.filter((item) => item.$case === 'resync');
    expect(resyncs).toMatchObject([{ value: { sessions: [] } }]);
  });

  it('also follows a node that acknowledges nothing, once', async () => {
    const { dial, deliver, outcomes, events, registry } = await startLogic({
      limits: { ackStallMs: 200, tickMs: 20 },
    });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.deaf = true;
    deliver(1);
    await until(() => expect(outcomes).toEqual(['1 lost']));
    expect(events).toEqual(['attached c0', 'overflow c0 stalled']);
    expect(await metricValue(registry, OVERFLOWS, { reason: 'stalled' })).toBe(1);
  });

  it('of a silent node ends its stream', async () => {
    const { dial } = await startLogic({ limits: { deadMs: 150, tickMs: 20 } });
    const client = dial();
    client.attach();
    await until(() => expect(client.endings).toEqual(['14']));
  });
});

describe('leaving', () => {
  it('drains: says so, answers what is in flight, then ends streams in good order', async () => {
    const { hub, dial, held } = await startLogic({ drainQuietMs: 30 });
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.call(1, 'hold');
    await until(() => expect(held).toHaveLength(1));
    let drained: boolean | undefined;
    const draining = hub.drain(10_000).then((done) => (drained = done));
    await until(() => expect(client.draining).toBe(true));
    client.call(2, 'echo');
    await until(() => expect(client.replies()).toEqual(['2:echo']));
    expect(drained).toBeUndefined();
    held[0]?.answer({ body: new TextEncoder().encode('done') });
    await draining;
    expect(drained).toBe(true);
    expect(client.replies()).toEqual(['2:echo', '1:done']);
    hub.stop();
    await until(() => expect(client.endings).toEqual(['ok']));
  });

  it('gives a drain up at its deadline', async () => {
    const { hub, dial, held } = await startLogic();
    const client = dial();
    client.attach();
    await until(() => expect(client.channel).toBeDefined());
    client.call(1, 'hold');
    await until(() => expect(held).toHaveLength(1));
    expect(await hub.drain(100)).toBe(false);
  });
});
