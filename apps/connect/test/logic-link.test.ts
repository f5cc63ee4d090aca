import { LinkMetrics } from '@queqiao/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { DEFAULT_LOGIC_LINK_OPTIONS } from '../src/link/logic-link-options.js';
import { LogicLink } from '../src/link/logic-link.js';
import { MemoryNetwork, type MemoryLogicNode } from './memory-logic-nodes.js';

let network: MemoryNetwork;
let registry: Registry;
let logic: MemoryLogicNode;
let resets: string[];
let link: LogicLink;

beforeEach(() => {
  const clock = new FakeClock();
  network = new MemoryNetwork(clock);
  registry = new Registry();
  logic = network.start('logic-0', 'l0');
  resets = [];
  const defer = (run: () => void): void => network.defer(run);
  link = new LogicLink(
    { dialer: network, clock, metrics: new LinkMetrics(registry), logger: silentLogger(), defer },
    {
      onItem: () => undefined,
      onChange: () => undefined,
      onAway: () => undefined,
      onReset: (_, reason) => void resets.push(reason),
      onGone: () => undefined,
    },
    logic,
    { ...DEFAULT_LOGIC_LINK_OPTIONS, nodeId: 'connect-0', bootId: 'c0', random: () => 0.5 },
  );
});

async function streams(event: string): Promise<number> {
  const metric = await registry.getSingleMetric('queqiao_link_streams_total')?.get();
  return metric?.values.find(({ labels }) => labels['event'] === event)?.value ?? 0;
}

it('offers its versions and keeps the one that the welcome names', async () => {
  expect(link.version).toBeUndefined();
  link.dial();
  await network.settle();
  expect(logic.hellos).toMatchObject([{ protocolMin: 1, protocolMax: 1 }]);
  expect([link.attached, link.version]).toEqual([true, 1]);
});

it.each([
  ['names a version that was not offered', { protocolMin: 2, protocolMax: 2 }],
  ['names no version', { protocolMin: 0, protocolMax: 0 }],
  ['leaves the choice open', { protocolMin: 1, protocolMax: 3 }],
])('refuses a welcome that %s, and dials again until it fits', async (_, versions) => {
  logic.welcomes = versions;
  link.dial();
  await network.pass(1_000);
  expect([link.attached, link.version]).toEqual([false, undefined]);
  expect(await streams('refused')).toBeGreaterThan(1);
  expect(await streams('opened')).toBe(0);
  logic.welcomes = { protocolMin: 1, protocolMax: 1 };
  await network.pass(5_000);
  expect([link.attached, link.version]).toEqual([true, 1]);
});

it('keeps what it holds when a stream that was to be resumed is welcomed in an unknown version', async () => {
  link.dial();
  await network.settle();
  logic.welcomes = { protocolMin: 2, protocolMax: 2 };
  logic.cut(new Error('connection reset'));
  await network.pass(1_000);
  expect([link.attached, resets]).toEqual([false, []]);
  logic.welcomes = { protocolMin: 1, protocolMax: 1 };
  await network.pass(5_000);
  expect([link.attached, resets]).toEqual([true, []]);
  expect(await streams('resumed')).toBe(1);
});
