import { parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
import { Content, decodeFrame } from '@queqiao/protocol/client';
import type { LargeDeliver } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  FakeConversations,
  FakeLink,
  FakeRoutes,
  FakeRows,
  memberRow,
  textEntry,
  turns,
} from '../../test/fakes/fake-delivery.js';
import type { CommittedEntry } from '../append/index.js';
import { Delivery } from './delivery.js';
import type { HeadVersions } from './ports.js';
import { statePush } from './state-push.js';

const appId = parseAppId('demo');
const conversationId = parseConversationId('g:crowd');
const crowd = { appId, conversationId };
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
let delivery: Delivery;

beforeEach(() => {
  [link, routes, conversations, rows] = [
    new FakeLink(),
    new FakeRoutes(),
    new FakeConversations(),
    new FakeRows(),
  ];
  clock = new FakeClock();
  link.attach(c1, c2);
  routes.live.push(c1, c2);
  conversations.setMembers(crowd, 1, 'ann', 'bob');
  routes.put('bob', { ...c2, session: 7, codec: 'proto' });
  const deps = { link, routes, conversations, rows, clock, logger: silentLogger() };
  delivery = new Delivery({ ...deps, registry: new Registry() }, { owner: 'logic-1' });
});

function commit(mode: HeadVersions['mode'], ...entries: CommittedEntry[]): void {
  const heads = [{ ...crowd, memberVersion: 1, leaveVersion: 4, mode }];
  delivery.afterCommit({ dispatchId: '7', entries, heads, stored: [] });
}

function large(): { node: string; item: LargeDeliver }[] {
  return link.sent.flatMap(({ node, item: { item } }) =>
    item?.$case === 'largeDeliver' ? [{ node, item: item.value }] : [],
  );
}

describe('an entry of a large group', () => {
  it('is one item for each node, with what decides who sees it, and reads no member and no route', async () => {
    commit('subscribed', textEntry(crowd, 9, hello, { origin: { node: c2, session: 3 } }));
    await turns();
    expect(
      large().map(({ node, item }) => [node, item.seq, item.leaveVersion, item.exceptSession]),
    ).toEqual([
      ['c1', 9, 4, 0],
      ['c2', 9, 4, 3],
    ]);
    const [first] = large();
    expect(decodeFrame(first?.item.protoFrame ?? new Uint8Array())).toHaveLength(1);
    expect(new TextDecoder().decode(first?.item.jsonItem)).toContain('"seq":"9"');
    expect([conversations.loads, routes.calls]).toEqual([0, ['live']]);
    expect(link.sent).toHaveLength(2);
  });

  it('goes both ways while the group is on its way', async () => {
    commit('both', textEntry(crowd, 9, hello));
    await turns();
    expect(large().map(({ node }) => node)).toEqual(['c1', 'c2']);
    expect(link.deliveries().map(({ node, deliver }) => [node, deliver.sessions])).toEqual([
      ['c2', [7]],
    ]);
  });

  it('is settled when every live node has acknowledged it', async () => {
    commit('subscribed', textEntry(crowd, 9, hello));
    await turns();
    link.settleAll();
    await turns();
    await clock.advanceAsync(100);
    expect(rows.settled).toEqual(['7']);
  });

  it.each([
    [
      'a node is alive and not attached',
      () => void routes.live.push({ nodeId: 'c3', bootId: 'b3' }),
    ],
    ['nobody can tell which nodes are alive', () => void (routes.down = true)],
  ])('keeps its row when %s', async (_, act) => {
    act();
    commit('subscribed', textEntry(crowd, 9, hello));
    await turns();
    link.settleAll();
    await turns();
    await clock.advanceAsync(1_000);
    expect(large()).toHaveLength(2);
    expect(rows.settled).toEqual([]);
  });
});

describe('the state of a member', () => {
  const head = { lastSeq: 9, lastOrdinal: 9, mentionAllSeq: 0, leaveVersion: 4 };
  const bob = parseUserId('bob');
  const joins = async (mode: HeadVersions['mode'], leftSeq: number | null) => {
    const member = memberRow(conversationId, { joinedSeq: 5, leftSeq });
    const states = [statePush(appId, bob, { ...head, mode, member })];
    delivery.pushStates({ dispatchId: '8', states });
    await turns();
    return link.deliveries()[0]?.deliver.largeJoin;
  };

  it('takes the sessions of a current member of a large group in', async () => {
    const told = { appId, userId: bob, conversationId, joinedSeq: 5, leaveVersion: 4 };
    expect(await joins('subscribed', null)).toEqual(told);
  });

  it('does so on the way already', async () => {
    expect(await joins('both', null)).toBeDefined();
  });

  it('does not for those who left, nor in groups that are not large', async () => {
    expect(await joins('subscribed', 8)).toBeUndefined();
    link.sent.length = 0;
    expect(await joins('routed', null)).toBeUndefined();
  });
});
