import { metricValue } from '@queqiao/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PoolRig, text } from './pool-rig.js';

let rig: PoolRig;

beforeEach(() => {
  rig = new PoolRig();
});
afterEach(() => rig.pool.stop());

describe('calls', () => {
  it('reach a rig.listed logic node and are answered', async () => {
    const [logic] = await rig.withNodes('logic-0');
    const state = rig.call('k');
    await rig.network.settle();
    expect(state.outcome).toBe('k');
    expect(logic?.calls).toMatchObject([{ method: 'a.b/C', timeoutMs: 10_000, requestId: 'r' }]);
    expect(rig.pool.attachedCount()).toBe(1);
  });

  it('of one key go to one node, and keep going there when another node leaves', async () => {
    const nodes = await rig.withNodes('logic-0', 'logic-1', 'logic-2');
    const keys = Array.from({ length: 300 }, (_, index) => `conversation-${index}`);
    const homes = async (): Promise<Map<string, string>> => {
      for (const node of nodes) node.calls.length = 0;
      for (const key of keys) rig.call(key);
      await rig.network.settle();
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
    await rig.network.settle();
    const after = await homes();
    for (const key of keys) {
      if (before.get(key) !== 'logic-2') expect(after.get(key)).toBe(before.get(key));
      else expect(after.get(key)).not.toBe('logic-2');
    }
  });

  it('are refused at once when no node is attached', async () => {
    rig.pool.start();
    const state = rig.call('k');
    await rig.network.settle();
    expect(state.outcome).toBe('UNAVAILABLE');
  });

  it('are refused at once when the queue or the table is full', async () => {
    rig.pool.stop();
    rig.pool = rig.makePool({ maxCallsInFlight: 3, limits: { maxPendingItems: 2 } });
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const states = [rig.call('a'), rig.call('b'), rig.call('c')];
    await rig.network.settle();
    expect(states.map(({ outcome }) => outcome)).toEqual([undefined, undefined, 'UNAVAILABLE']);
    await rig.network.pass(100);
    const later = [rig.call('d'), rig.call('e')];
    await rig.network.settle();
    expect(later.map(({ outcome }) => outcome)).toEqual([undefined, 'UNAVAILABLE']);
    const full = await metricValue(rig.registry, 'queqiao_link_overflows_total', {
      reason: 'full',
    });
    expect(full).toBe(1);
  });

  it('end with DEADLINE_EXCEEDED, and a late reply harms nobody', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k', 1_000);
    await rig.network.pass(900);
    expect(state.outcome).toBeUndefined();
    await rig.network.pass(300);
    expect(state.outcome).toBe('DEADLINE_EXCEEDED');
    const [late] = logic?.calls ?? [];
    if (late) logic?.reply(late);
    await rig.network.settle();
    expect(rig.pool.attachedCount()).toBe(1);
  });
});

describe('a broken peer', () => {
  it('that skips a number is broken off, and the sessions resync', async () => {
    const [logic] = await rig.withNodes('logic-0');
    logic?.inject({ firstNumber: 5, ack: 0, items: [text('x')] });
    expect(rig.resyncs).toHaveLength(1);
    expect(rig.pool.attachedCount()).toBe(0);
    await rig.network.pass(1_000);
    expect(rig.pool.attachedCount()).toBe(1);
    expect(logic?.hellos.at(-1)?.peerBootId).toBe('');
  });

  it('that welcomes as another boot than the one that was meant is left alone', async () => {
    const logic = rig.network.start('logic-0', 'second-boot');
    logic.undiscerning = true;
    rig.listed = [{ nodeId: 'logic-0', bootId: 'first-boot', address: logic.address }];
    rig.pool.start();
    await rig.network.pass(3_000);
    const state = rig.call('k');
    await rig.network.settle();
    expect(logic.hellos.map(({ wantedBootId }) => wantedBootId)).toContain('first-boot');
    expect([state.outcome, rig.pool.attachedCount(), logic.calls]).toEqual(['UNAVAILABLE', 0, []]);
  });

  it('that freezes does not hold up the others', async () => {
    const [first, second] = await rig.withNodes('logic-0', 'logic-1');
    if (first) first.frozen = true;
    await rig.network.pass(7_000);
    expect(rig.pool.attachedCount()).toBe(1);
    const states = Array.from({ length: 50 }, (_, index) => rig.call(`k${index}`));
    await rig.network.settle();
    expect(states.every(({ outcome }) => outcome !== undefined)).toBe(true);
    expect(second?.calls).toHaveLength(50);
    expect(rig.pool.readiness().ready).toBe(true);
    if (first) first.frozen = false;
    await rig.network.pass(6_000);
    expect(rig.pool.attachedCount()).toBe(2);
  });
});

describe('leaving', () => {
  it('a draining node gets no new calls and may still answer', async () => {
    const [first, second] = await rig.withNodes('logic-0', 'logic-1');
    if (first) first.onCall = () => undefined;
    const states = Array.from({ length: 20 }, (_, index) => rig.call(`k${index}`));
    await rig.network.settle();
    const before = first?.calls.length ?? 0;
    expect(before).toBeGreaterThan(0);
    first?.channel?.setDraining();
    await rig.network.settle();
    for (let index = 0; index < 20; index += 1) rig.call(`later-${index}`);
    await rig.network.settle();
    expect(first?.calls).toHaveLength(before);
    expect(second?.calls).toHaveLength(40 - before);
    for (const received of first?.calls ?? []) first?.reply(received);
    await rig.network.settle();
    expect(states.every(({ outcome }) => outcome?.startsWith('k'))).toBe(true);
  });

  it('a node that ends in good order fails what it has not answered at once', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k');
    await rig.network.settle();
    logic?.cut();
    await rig.network.settle();
    expect(state.outcome).toBe('UNAVAILABLE');
  });

  it('stop says goodbye and leaves no timer behind', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k');
    await rig.network.settle();
    rig.pool.stop();
    await rig.network.settle();
    logic?.forget();
    expect([state.outcome, logic?.goodbyes, rig.clock.pending]).toEqual(['UNAVAILABLE', 1, 0]);
  });
});

describe('rotation', () => {
  it('moves to a new stream without losing a call or becoming unusable', async () => {
    rig.pool.stop();
    rig.pool = rig.makePool({ maxStreamAgeMs: 2_000 });
    const [logic] = await rig.withNodes('logic-0');
    const states: { outcome: string | undefined }[] = [];
    let unusable = 0;
    rig.network.onStep = () => void (unusable += rig.pool.attachedCount() === 1 ? 0 : 1);
    for (let step = 0; step < 60; step += 1) {
      states.push(rig.call(`k${step}`));
      await rig.network.pass(100);
    }
    expect(unusable).toBe(0);
    expect(states.map(({ outcome }) => outcome)).toEqual(states.map((_, index) => `k${index}`));
    expect(logic?.hellos.length).toBeGreaterThan(2);
    expect(logic?.calls).toHaveLength(60);
    expect(rig.resyncs).toEqual([]);
  });
});
