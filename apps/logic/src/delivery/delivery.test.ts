import { memberView, parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
import { Content, decodeFrame } from '@queqiao/protocol/client';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  FakeConversations,
  FakeLink,
  FakeRoutes,
  FakeRows,
  textEntry,
  memberRow,
  turns,
} from '../../test/fakes/fake-delivery.js';
import { conversationKey, type CommittedBatch, type CommittedEntry } from '../append/index.js';
import { Delivery } from './delivery.js';
import type { DeliveryLimits } from './limits.js';
import type { NodeRef, RouteLine } from './ports.js';

const appId = parseAppId('demo');
const group = { appId, conversationId: parseConversationId('g:lobby') };
const other = { appId, conversationId: parseConversationId('g:other') };
const c1 = { nodeId: 'c1', bootId: 'b1' };
const c2 = { nodeId: 'c2', bootId: 'b2' };
const hello = Content.encode(
  Content.create({ body: { $case: 'text', value: { text: 'hello' } } }),
).finish();

let link: FakeLink;
let routes: FakeRoutes;
let conversations: FakeConversations;
let rows: FakeRows;
let clock: FakeClock;
let registry: Registry;

beforeEach(() => {
  link = new FakeLink();
  routes = new FakeRoutes();
  conversations = new FakeConversations();
  rows = new FakeRows();
  clock = new FakeClock();
  registry = new Registry();
  link.attach(c1, c2);
  routes.live.push(c1, c2);
  conversations.setMembers(group, 1, 'alice', 'bob');
  conversations.setMembers(other, 1, 'alice', 'carol');
});

function make(limits: Partial<DeliveryLimits> = {}): Delivery {
  const logger = silentLogger();
  const deps = { link, routes, conversations, rows, clock, logger, registry };
  return new Delivery(deps, { owner: 'logic-1', ...limits });
}

function line(node: NodeRef, session: number, codec: 'proto' | 'json' = 'proto'): RouteLine {
  return { ...node, session, codec };
}

function batch(...entries: CommittedEntry[]): CommittedBatch {
  const routed = { memberVersion: 1, leaveVersion: 0, mode: 'routed' } as const;
  const heads = entries.map(({ conversationId }) => ({ appId, conversationId, ...routed }));
  return { dispatchId: '7', entries, heads, stored: [] };
}

async function settleTime(): Promise<void> {
  await turns();
  await clock.advanceAsync(100);
}

const summary = () =>
  link.deliveries().map(({ node, deliver }) => [node, deliver.sessions] as const);

describe('fan-out', () => {
  it('sends one item per entry and node, to the sessions of the members, and settles the row', async () => {
    routes.put('alice', line(c1, 1));
    routes.put('alice', line(c2, 2));
    routes.put('bob', line(c2, 3));
    make().afterCommit(batch(textEntry(group, 1, hello)));
    await settleTime();
    expect(summary()).toEqual([
      ['c1', [1]],
      ['c2', [2, 3]],
    ]);
    expect(link.entries().map((entry) => entry.content)).toMatchObject([
      { body: { $case: 'text', value: { text: 'hello' } } },
      { body: { $case: 'text', value: { text: 'hello' } } },
    ]);
    expect(rows.settled).toEqual([]);
    link.settleAll();
    await settleTime();
    expect(rows.settled).toEqual(['7']);
  });

  it('reads the routes of a whole batch once, each user once', async () => {
    make().afterCommit(
      batch(textEntry(group, 1, hello), textEntry(group, 2, hello), textEntry(other, 5, hello)),
    );
    await settleTime();
    expect(routes.calls).toEqual(['routes alice,bob,carol']);
    expect(rows.settled).toEqual(['7']);
  });

  it('encodes only for codecs that a target uses', async () => {
    routes.put('alice', line(c1, 1, 'json'));
    routes.put('bob', line(c2, 3, 'proto'));
    make().afterCommit(batch(textEntry(group, 1, hello)));
    await settleTime();
    const [json, proto] = link.deliveries().map(({ deliver }) => deliver);
    expect(json?.protoFrame.length).toBe(0);
    expect(new TextDecoder().decode(json?.jsonItem)).toContain('"text":"hello"');
    expect(proto?.jsonItem.length).toBe(0);
    expect(decodeFrame(proto?.protoFrame ?? new Uint8Array()).length).toBe(1);
  });

  it('leaves out the session that sent it, and no other one with its number', async () => {
    routes.put('alice', line(c1, 1));
    routes.put('alice', line(c2, 1));
    routes.put('bob', line(c1, 2));
    const origin = { node: c1, session: 1 };
    make().afterCommit(batch(textEntry(group, 1, hello, { origin })));
    await settleTime();
    expect(summary()).toEqual([
      ['c2', [1]],
      ['c1', [2]],
    ]);
  });

  it('delivers exactly to those whose membership spans the seq', async () => {
    const members = [
      { userId: 'alice', joinedSeq: 0, leftSeq: 4 },
      { userId: 'bob', joinedSeq: 0, leftSeq: 5 },
      { userId: 'carol', joinedSeq: 5, leftSeq: null },
      { userId: 'dave', joinedSeq: 4, leftSeq: null },
    ];
    conversations.lists.set(conversationKey(group), { version: 1, members });
    for (const [index, { userId }] of members.entries()) routes.put(userId, line(c1, index + 1));
    make().afterCommit(batch(textEntry(group, 5, hello)));
    await settleTime();
    expect(summary()).toEqual([['c1', [2, 4]]]);
  });

  it('reads routes only after the commit, and never shares the read of an earlier one', async () => {
    let open = (): void => {};
    routes.gate = new Promise((resolve) => (open = resolve));
    const delivery = make();
    delivery.afterCommit(batch(textEntry(other, 1, hello)));
    await turns();
    // Bob registers while the first read is under way: the second entry must find him.
    routes.put('bob', line(c1, 9));
    delivery.afterCommit(batch(textEntry(group, 1, hello)));
    open();
    await settleTime();
    expect(routes.calls).toEqual(['routes alice,carol', 'routes alice,bob']);
    expect(summary()).toEqual([['c1', [9]]]);
  });

  it('keeps the order of a conversation when a later batch is ready first', async () => {
    routes.put('bob', line(c1, 1));
    routes.put('carol', line(c1, 2));
    let open = (): void => {};
    conversations.gate = new Promise((resolve) => (open = resolve));
    const delivery = make();
    delivery.afterCommit(batch(textEntry(group, 1, hello)));
    await turns();
    conversations.gate = undefined;
    delivery.afterCommit(batch(textEntry(group, 2, hello), textEntry(other, 1, hello)));
    delivery.afterCommit(batch(textEntry(other, 2, hello)));
    await turns();
    open();
    await settleTime();
    const seqs = (id: string): number[] =>
      link.entries().flatMap((entry) => (entry.conversationId === id ? [entry.seq] : []));
    expect(seqs('g:lobby')).toEqual([1, 2]);
    expect(seqs('g:other')).toEqual([1, 2]);
  });

  it('leaves commits to the recovery while too many are in work', async () => {
    routes.put('bob', line(c1, 1));
    let open = (): void => {};
    routes.gate = new Promise((resolve) => (open = resolve));
    const delivery = make({ maxBatches: 1 });
    delivery.afterCommit(batch(textEntry(group, 1, hello)));
    delivery.afterCommit({ ...batch(textEntry(group, 2, hello)), dispatchId: '8' });
    open();
    await turns();
    link.settleAll();
    await settleTime();
    expect(link.entries().map((entry) => entry.seq)).toEqual([1]);
    expect(rows.settled).toEqual(['7']);
    expect(await registry.metrics()).toContain('queqiao_delivery_overflows_total 1');
  });
});

describe('what cannot be reached', () => {
  it('sends to all nodes by user when routes cannot be read, and keeps the row', async () => {
    routes.down = true;
    const origin = { node: c2, session: 4 };
    make().afterCommit(batch(textEntry(group, 1, hello, { origin })));
    await turns();
    link.settleAll();
    await settleTime();
    const users = [
      { appId: 'demo', userId: 'alice' },
      { appId: 'demo', userId: 'bob' },
    ];
    expect(
      link.deliveries().map(({ node, deliver }) => [node, deliver.users, deliver.exceptSession]),
    ).toEqual([
      ['c1', users, 0],
      ['c2', users, 4],
    ]);
    expect(link.deliveries().every(({ deliver }) => deliver.jsonItem.length > 0)).toBe(true);
    expect(rows.settled).toEqual([]);
    expect(await registry.metrics()).toContain('queqiao_delivery_route_read_failures_total 1');
  });

  it('keeps the row of a node that is leased but not attached', async () => {
    link.detach(c2);
    routes.put('alice', line(c1, 1));
    routes.put('bob', line(c2, 2));
    make().afterCommit(batch(textEntry(group, 1, hello)));
    await turns();
    link.settleAll();
    await settleTime();
    expect(summary()).toEqual([['c1', [1]]]);
    expect(rows.settled).toEqual([]);
  });

  it('settles when a node is neither attached nor leased, read after the routes', async () => {
    link.detach(c2);
    routes.live.pop();
    routes.put('bob', line(c2, 2));
    make().afterCommit(batch(textEntry(group, 1, hello)));
    await settleTime();
    expect(routes.calls).toEqual(['routes alice,bob', 'live']);
    expect(rows.settled).toEqual(['7']);
  });

  it('keeps the row when members cannot be read, and pushes the other conversations', async () => {
    routes.put('carol', line(c1, 1));
    const delivery = make();
    delivery.afterCommit(batch(textEntry(other, 1, hello)));
    await turns();
    conversations.down = true;
    delivery.afterCommit({
      ...batch(textEntry(group, 1, hello), textEntry(other, 2, hello)),
      dispatchId: '8',
    });
    await turns();
    link.settleAll();
    await settleTime();
    expect(link.entries().map((entry) => entry.seq)).toEqual([1, 2]);
    expect(rows.settled).toEqual(['7']);
  });

  it('settles lost pushes only when a resync of the node is durable', async () => {
    routes.put('bob', line(c1, 1));
    const delivery = make();
    delivery.afterCommit(batch(textEntry(group, 1, hello)));
    await turns();
    link.settleAll('lost');
    delivery.nodeMissedPushes(c1);
    await settleTime();
    expect([rows.resyncs, rows.settled]).toEqual([[], []]);
    await clock.advanceAsync(1_100);
    expect([rows.resyncs, rows.settled]).toEqual([['c1:b1'], ['7']]);
    expect(clock.pending).toBe(0);
  });

  it('keeps the row when the resync cannot be written', async () => {
    routes.put('bob', line(c1, 1));
    link.full.add('c1');
    make().afterCommit(batch(textEntry(group, 1, hello)));
    await turns();
    rows.down = true;
    await clock.advanceAsync(2_000);
    rows.down = false;
    await clock.advanceAsync(2_000);
    expect([rows.resyncs, rows.settled]).toEqual([[], []]);
  });
});

describe('states', () => {
  const member = memberRow(group.conversationId, { rev: 3, readSeq: 2, readOrdinal: 2 });
  const head = { lastSeq: 2, lastOrdinal: 2, mentionAllSeq: 0 };
  const state = { appId, userId: parseUserId('bob'), view: memberView(member, head) };

  it('shows a state to all devices of its user but the one that changed it', async () => {
    routes.put('bob', line(c1, 1));
    routes.put('bob', line(c2, 2));
    routes.put('alice', line(c1, 3));
    make().pushStates({
      dispatchId: '9',
      states: [state],
      origin: { node: c1, session: 1 },
    });
    await turns();
    link.settleAll();
    await settleTime();
    expect(summary()).toEqual([['c2', [2]]]);
    const [item] = decodeFrame(link.deliveries()[0]?.deliver.protoFrame ?? new Uint8Array());
    expect(item?.item).toMatchObject({
      value: {
        event: { $case: 'memberState', value: { rev: 3, readSeq: 2, conversationId: 'g:lobby' } },
      },
    });
    expect(rows.settled).toEqual(['9']);
  });
});

it('stops: waits for acknowledgements, then deletes what is done', async () => {
  routes.put('bob', line(c1, 1));
  const delivery = make();
  delivery.start();
  delivery.afterCommit(batch(textEntry(group, 1, hello)));
  await turns();
  const stopped = delivery.stop();
  await turns();
  expect(rows.settled).toEqual([]);
  link.settleAll();
  await stopped;
  expect(rows.settled).toEqual(['7']);
  expect(clock.pending).toBe(0);
});

it('stops in bounded time when acknowledgements do not come', async () => {
  routes.put('bob', line(c1, 1));
  const delivery = make();
  delivery.afterCommit(batch(textEntry(group, 1, hello)));
  await turns();
  const stopped = delivery.stop();
  await clock.advanceAsync(2_000);
  await stopped;
  expect(rows.settled).toEqual([]);
});
