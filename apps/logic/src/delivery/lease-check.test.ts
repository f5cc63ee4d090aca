import { beforeEach, expect, it } from 'vitest';
import { FakeLink, FakeRoutes, turns } from '../../test/fakes/fake-delivery.js';
import { LeaseCheck } from './lease-check.js';

const node = { nodeId: 'c1', bootId: 'b1' };
let link: FakeLink;
let routes: FakeRoutes;
let check: LeaseCheck;

beforeEach(() => {
  link = new FakeLink();
  routes = new FakeRoutes();
  check = new LeaseCheck({ link, routes });
});

it('calls a node gone only when it is neither attached nor leased', async () => {
  expect(await check.isGone(node)).toBe(true);
  routes.live.push({ nodeId: 'c1', bootId: 'other' });
  expect(await check.isGone(node)).toBe(true);
  link.attach(node);
  expect(await check.isGone(node)).toBe(false);
  link.detach(node);
  routes.live.push(node);
  expect(await check.isGone(node)).toBe(false);
});

it('does not call a node gone when the leases cannot be read', async () => {
  routes.down = true;
  expect(await check.isGone(node)).toBe(false);
});

it('never answers from a read that began before the question', async () => {
  let answer: (nodes: (typeof node)[]) => void = () => {};
  const reads: ((typeof node)[] | Promise<(typeof node)[]>)[] = [
    new Promise((resolve) => (answer = resolve)),
    [node],
  ];
  let begun = 0;
  routes.liveNodes = async () => (await reads[begun++]) ?? [];
  const early = check.isGone(node);
  await turns();
  // The node takes its lease now: the read under way does not know it.
  const late = [check.isGone(node), check.isGone(node)];
  answer([]);
  expect(await early).toBe(true);
  expect(await Promise.all(late)).toEqual([false, false]);
  expect(begun).toBe(2);
});
