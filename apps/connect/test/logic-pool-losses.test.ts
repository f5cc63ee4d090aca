import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PoolRig, text } from './pool-rig.js';

let rig: PoolRig;

beforeEach(() => {
  rig = new PoolRig();
});
afterEach(() => rig.pool.stop());

describe('a dropped stream', () => {
  it('is resumed: calls and pushes under way arrive once', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (!logic) return;
    logic.onCall = () => undefined;
    const state = rig.call('k');
    await rig.network.settle();
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
    await rig.network.pass(500);
    expect(state.outcome).toBe('k');
    expect(logic.calls).toHaveLength(1);
    expect(rig.delivered.map(({ sessions }) => sessions)).toEqual([[4]]);
    await rig.network.pass(100);
    expect(logic.outcomes).toEqual(['acked', 'acked']);
    expect(rig.resyncs).toEqual([]);
  });

  it('of a node that stays away fails its calls soon, and goes on being resumed', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k', 120_000);
    await rig.network.settle();
    logic?.kill();
    await rig.network.pass(1_500);
    expect(state.outcome).toBeUndefined();
    await rig.network.pass(1_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    if (logic) logic.alive = true;
    await rig.network.pass(3_000);
    // The late answer of a call that was given up harms nobody, and nothing was numbered anew.
    const [received] = logic?.calls ?? [];
    if (received) logic?.reply(received);
    const next = rig.call('n');
    if (logic) logic.onCall = (given) => logic.reply(given);
    await rig.network.settle();
    expect([state.outcome, next.outcome, rig.pool.attachedCount()]).toEqual([
      'UNAVAILABLE',
      'n',
      1,
    ]);
    expect(logic?.hellos.at(-1)?.peerBootId).toBe('logic-0-boot');
  });

  it('of a node that stays away is resumed without the calls that were given up', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (!logic) return;
    logic.frozen = true;
    const state = rig.call('k', 120_000);
    await rig.network.pass(5_500);
    expect(state.outcome).toBeUndefined();
    await rig.network.pass(1_500);
    expect(state.outcome).toBe('UNAVAILABLE');
    logic.frozen = false;
    await rig.network.pass(6_000);
    const next = rig.call('n');
    await rig.network.settle();
    expect(next.outcome).toBe('n');
    expect(logic.hellos.at(-1)?.peerBootId).toBe('logic-0-boot');
    expect(logic.calls.map(({ body }) => new TextDecoder().decode(body))).toEqual(['n']);
  });

  it('of a node that comes back as another boot fails its calls at once', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k', 120_000);
    await rig.network.settle();
    logic?.kill();
    const reborn = rig.network.start('logic-0', 'second-boot');
    rig.listed = logic ? [logic, reborn] : [];
    await rig.network.pass(3_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    const next = rig.call('n');
    await rig.network.settle();
    expect([next.outcome, reborn.calls.length, rig.pool.attachedCount()]).toEqual(['n', 1, 1]);
    // The lease of the dead boot is still rig.listed; asking for it must not disturb the new one.
    await rig.network.pass(10_000, 500);
    expect(reborn.hellos.filter((hello) => hello.wantedBootId === 'second-boot')).toHaveLength(1);
  });

  it('of a node that comes back elsewhere fails its calls as soon as that is attached', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k', 120_000);
    await rig.network.settle();
    logic?.kill();
    const reborn = rig.network.start('logic-0', 'second-boot', '10.0.0.9:9093');
    rig.listed = logic ? [logic, reborn] : [];
    await rig.network.pass(1_500);
    expect([state.outcome, rig.pool.attachedCount()]).toEqual(['UNAVAILABLE', 1]);
  });

  it('whose numbering the node has dropped makes the sessions resync', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (logic) logic.onCall = () => undefined;
    const state = rig.call('k');
    await rig.network.settle();
    logic?.cut(new Error('connection reset'));
    logic?.forget();
    await rig.network.pass(1_000);
    expect(state.outcome).toBe('UNAVAILABLE');
    expect(rig.resyncs).toMatchObject([{ sessions: [] }]);
    expect(rig.pool.attachedCount()).toBe(1);
  });

  it('of the last logic node makes the sessions resync once there is one again', async () => {
    const [first, second] = await rig.withNodes('logic-0', 'logic-1');
    second?.kill();
    await rig.network.pass(40_000, 500);
    // Whatever was committed meanwhile came by the node that was left.
    expect([rig.pool.attachedCount(), rig.resyncs]).toEqual([1, []]);
    first?.kill();
    await rig.network.pass(60_000, 500);
    expect(rig.resyncs).toEqual([]);
    if (first && second) first.alive = second.alive = true;
    await rig.network.pass(5_000);
    expect(rig.pool.attachedCount()).toBe(2);
    expect(rig.resyncs).toMatchObject([{ sessions: [] }]);
  });

  it('is kept trying while the directory is away or empty', async () => {
    const [logic] = await rig.withNodes('logic-0');
    rig.listed = new Error('redis is away');
    await rig.network.pass(3_000);
    logic?.cut(new Error('connection reset'));
    await rig.network.pass(3_000);
    expect(rig.pool.attachedCount()).toBe(1);
    rig.listed = [];
    await rig.network.pass(3_000);
    expect(rig.pool.attachedCount()).toBe(1);
  });
});

describe('a node at which nothing arrives', () => {
  it('is given up although it can be heard, and its calls are not sent again', async () => {
    const [first, second] = await rig.withNodes('logic-0', 'logic-1');
    if (!first || !second) return;
    first.deaf = true;
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    const states = keys.map((key) => rig.call(key, 120_000));
    await rig.network.pass(7_000);
    expect(rig.pool.attachedCount()).toBe(1);
    expect(new Set(states.map(({ outcome }) => outcome?.replace(/^k.*/, 'answered')))).toEqual(
      new Set(['answered', 'UNAVAILABLE']),
    );
    const repeated = keys.map((key) => rig.call(key));
    await rig.network.settle();
    expect(repeated.map(({ outcome }) => outcome)).toEqual(keys);
    first.deaf = false;
    await rig.network.pass(6_000);
    expect([rig.pool.attachedCount(), first.calls]).toEqual([2, []]);
    expect(rig.resyncs).toEqual([]);
  });

  it('and that ends the stream for it fails its calls without another wait', async () => {
    const [logic] = await rig.withNodes('logic-0');
    if (!logic) return;
    logic.deaf = true;
    const state = rig.call('k', 120_000);
    await rig.network.pass(2_500);
    expect(state.outcome).toBeUndefined();
    logic.cut(new Error('silent'));
    await rig.network.pass(100);
    expect(state.outcome).toBe('UNAVAILABLE');
  });

  it('and that ends the stream just before it is given up fails its calls without another wait, too', async () => {
    // The pool looks after dropped streams so seldom that the link, which looks every half second, notices first.
    rig.pool = rig.makePool({ sweepMs: 700 });
    const [logic] = await rig.withNodes('logic-0');
    if (!logic) return;
    logic.deaf = true;
    const state = rig.call('k', 120_000);
    await rig.network.pass(6_250);
    expect(state.outcome).toBeUndefined();
    logic.cut(new Error('silent'));
    await rig.network.pass(100);
    expect(state.outcome).toBe('UNAVAILABLE');
  });
});
