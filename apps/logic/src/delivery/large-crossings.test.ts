import { parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeLink, FakeRoutes } from '../../test/fakes/fake-delivery.js';
import { LargeCrossings, type CrossingRows } from './large-crossings.js';
import type { NodeRef } from './ports.js';

const key = { appId: parseAppId('demo'), conversationId: parseConversationId('g:crowd') };
const one = { nodeId: 'c1', bootId: 'b1' };
const two = { nodeId: 'c2', bootId: 'b2' };
let clock: FakeClock;
let link: FakeLink;
let routes: FakeRoutes;
let confirmed: NodeRef[];
let finished: number;
let steps: number;
let crossings: LargeCrossings;

beforeEach(() => {
  clock = new FakeClock();
  [link, routes] = [new FakeLink(), new FakeRoutes()];
  link.attach(one, two);
  routes.live.push(one, two);
  [confirmed, finished, steps] = [[], 0, 1];
  const rows: CrossingRows = {
    crossings: () => Promise.resolve(finished > 0 ? [] : [{ ...key, filled: steps <= 0 }]),
    fillNext: () => Promise.resolve((steps -= 1) <= 0),
    confirmed: () => Promise.resolve(confirmed),
    finish: () => Promise.resolve(void (finished += 1)),
  };
  const logger = silentLogger();
  crossings = new LargeCrossings({ rows, link, routes, clock, logger, registry: new Registry() });
  crossings.start();
});

const asked = (): string[] =>
  link.sent.flatMap(({ node, item }) => (item.item?.$case === 'largeCrossing' ? [node] : []));

describe('a group on its way to be large', () => {
  it('asks every attached node, again until it has confirmed, and ends then', async () => {
    await clock.advanceAsync(1_000);
    expect(asked()).toEqual(['c1', 'c2']);
    confirmed = [one];
    await clock.advanceAsync(1_000);
    expect([asked(), finished]).toEqual([['c1', 'c2', 'c2'], 0]);
    confirmed = [one, two];
    await clock.advanceAsync(1_000);
    expect(finished).toBe(1);
    await clock.advanceAsync(5_000);
    expect([asked().length, finished]).toEqual([3, 1]);
  });

  it('asks nobody before all members have their rows', async () => {
    steps = 100;
    await clock.advanceAsync(2_000);
    expect(asked()).toEqual([]);
    await clock.advanceAsync(1_000);
    expect(asked()).toEqual(['c1', 'c2']);
  });

  it('waits for nodes that are alive somewhere else, and while nobody can tell who is', async () => {
    const elsewhere = { nodeId: 'c3', bootId: 'b3' };
    routes.live.push(elsewhere);
    confirmed = [one, two];
    await clock.advanceAsync(2_000);
    expect(finished).toBe(0);
    routes.live.pop();
    routes.down = true;
    await clock.advanceAsync(2_000);
    expect(finished).toBe(0);
    routes.down = false;
    await clock.advanceAsync(1_000);
    expect(finished).toBe(1);
  });

  it('is asked of another boot of a node anew', async () => {
    confirmed = [one, { ...two, bootId: 'earlier' }];
    await clock.advanceAsync(1_000);
    expect([asked(), finished]).toEqual([['c2'], 0]);
  });
});
