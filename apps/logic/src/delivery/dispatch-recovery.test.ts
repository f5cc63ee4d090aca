import { parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
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
import { conversationKey } from '../append/index.js';
import { Delivery } from './delivery.js';
import type { DeliveryLimits } from './limits.js';
import type { ClaimedRow, NodeRef, RouteLine } from './ports.js';

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

async function settleTime(): Promise<void> {
  await turns();
  await clock.advanceAsync(100);
}

describe('recovery', () => {
  const recalled = new Uint8Array(0);
  const row = (dispatchId: string, more: Partial<ClaimedRow['payload']> = {}): ClaimedRow => ({
    dispatchId,
    attempts: 1,
    payload: { ranges: [], states: [], ...more },
  });

  beforeEach(() => {
    routes.put('alice', line(c1, 1));
    conversations.logs.set(conversationKey(group), [
      textEntry(group, 1, hello),
      textEntry(group, 2, recalled, { revision: 1 }),
      textEntry(group, 3, hello),
    ]);
  });

  it('pushes claimed rows again from what is stored now, to the author too', async () => {
    const delivery = make();
    delivery.start();
    rows.due.push(row('5', { ranges: [{ ...group, fromSeq: 2, toSeq: 3 }] }));
    await clock.advanceAsync(1_000);
    expect(
      link.entries().map(({ seq, revision, content }) => [seq, revision, content?.body]),
    ).toEqual([
      [2, 1, undefined],
      [3, 0, { $case: 'text', value: { text: 'hello' } }],
    ]);
    link.settleAll();
    await clock.advanceAsync(100);
    expect(rows.settled).toEqual(['5']);
    await delivery.stop();
    expect(clock.pending).toBe(0);
  });

  it('pushes claimed states with the unread count of now', async () => {
    const member = memberRow(group.conversationId, { rev: 8, readSeq: 1, readOrdinal: 1 });
    const seen = { lastSeq: 3, lastOrdinal: 3, mentionAllSeq: 0 };
    const head = { ...seen, mode: 'routed', leaveVersion: 0 } as const;
    conversations.states.set('alice', { ...head, member });
    make().start();
    rows.due.push(row('5', { states: [{ ...group, userId: parseUserId('alice') }] }));
    await clock.advanceAsync(1_000);
    const [item] = decodeFrame(link.deliveries()[0]?.deliver.protoFrame ?? new Uint8Array());
    expect(item?.item).toMatchObject({ value: { event: { value: { rev: 8, unread: 2 } } } });
  });

  it('keeps a row whose entries cannot be read', async () => {
    make().start();
    rows.due.push(row('5', { ranges: [{ ...group, fromSeq: 1, toSeq: 1 }] }));
    conversations.down = true;
    await clock.advanceAsync(1_500);
    expect([link.sent, rows.settled]).toEqual([[], []]);
  });

  it('settles a row of a conversation that is gone', async () => {
    make().start();
    const gone = { appId, conversationId: parseConversationId('g:gone') };
    rows.due.push(row('5', { ranges: [{ ...gone, fromSeq: 1, toSeq: 1 }] }));
    await clock.advanceAsync(1_500);
    expect(rows.settled).toEqual(['5']);
  });

  it('sends one resync per node, and settles its rows with the acknowledgement', async () => {
    make().start();
    rows.due.push(row('5', { resync: c1 }), row('6', { resync: c1 }), row('8', { resync: c2 }));
    link.detach(c2);
    await clock.advanceAsync(1_000);
    expect(link.sent.map(({ node, item }) => [node, item.item?.$case])).toEqual([['c1', 'resync']]);
    expect(rows.settled).toEqual([]);
    link.settleAll();
    await clock.advanceAsync(100);
    expect(rows.settled).toEqual(['5', '6']);
    // The other node is leased: its row waits. Once the lease has run out there is nobody to tell.
    routes.live.pop();
    rows.due.push(row('8', { resync: c2 }));
    await clock.advanceAsync(1_500);
    expect(rows.settled).toEqual(['5', '6', '8']);
  });

  it('keeps a resync row whose item was lost', async () => {
    make().start();
    rows.due.push(row('5', { resync: c1 }));
    await clock.advanceAsync(1_000);
    link.settleAll('lost');
    await clock.advanceAsync(500);
    expect(rows.settled).toEqual([]);
  });

  it('claims page by page up to the rate cap', async () => {
    make({ claimPage: 2, maxClaimsPerTick: 5 }).start();
    for (let id = 0; id < 9; id += 1) rows.due.push(row(String(id), { resync: c1 }));
    await clock.advanceAsync(1_000);
    expect(rows.claims).toEqual([2, 2, 1]);
    await clock.advanceAsync(1_000);
    expect(rows.due.length).toBe(0);
    expect(await registry.metrics()).toContain('queqiao_dispatch_claimed_total 9');
  });

  it('leaves rows to others while no connect node is attached', async () => {
    make().start();
    link.detach(c1);
    link.detach(c2);
    rows.due.push(row('5', { ranges: [{ ...group, fromSeq: 1, toSeq: 1 }] }));
    await clock.advanceAsync(3_000);
    expect([rows.claims, rows.due.length]).toEqual([[], 1]);
    link.attach(c1);
    await clock.advanceAsync(1_000);
    expect(link.entries().map((entry) => entry.seq)).toEqual([1]);
  });

  it('goes on after a claim that failed', async () => {
    make().start();
    rows.down = true;
    await clock.advanceAsync(2_000);
    rows.down = false;
    rows.due.push(row('5', { ranges: [{ ...group, fromSeq: 1, toSeq: 1 }] }));
    await clock.advanceAsync(1_000);
    expect(link.entries().map((entry) => entry.seq)).toEqual([1]);
  });

  it('reads and pushes what an ambiguous commit had stored, to the author too', async () => {
    const stored = [{ ...group, seq: 3 }];
    make().afterCommit({ dispatchId: null, entries: [], heads: [], stored });
    await turns();
    link.settleAll();
    await settleTime();
    expect(link.entries().map((entry) => entry.seq)).toEqual([3]);
    expect(rows.settled).toEqual([]);
  });
});
