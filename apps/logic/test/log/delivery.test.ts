import { BUCKET_COUNT, createDirectory, type Route } from '@queqiao/directory';
import { parseConversationId, parseUserId } from '@queqiao/domain';
import { decodeFrame } from '@queqiao/protocol/client';
import { Registry, systemClock } from '@queqiao/runtime';
import { metricValue, silentLogger } from '@queqiao/runtime/testing';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommittedBatch } from '../../src/append/index.js';
import type { NodeRef, RouteReader } from '../../src/delivery/index.js';
import { Delivery } from '../../src/delivery/index.js';
import { FakeLink } from '../fakes/fake-delivery.js';
import { LogRig } from './log-rig.js';

/** Longer than this file takes. */
const LEASE_MS = 600_000;
const nodes = [
  { nodeId: 'c1', bootId: 'b1' },
  { nodeId: 'c2', bootId: 'b2' },
] as const;

/** Connect nodes that acknowledge everything at once, and keep what each session got. */
class AckingLink extends FakeLink {
  override send(
    node: NodeRef,
    item: Uint8Array,
    onSettled: (o: 'acked' | 'lost') => void,
  ): boolean {
    const queued = super.send(node, item, () => {});
    if (queued) setImmediate(() => onSettled('acked'));
    return queued;
  }

  /** `conversation seq` of every entry pushed to one session, in the order of arrival. */
  got(nodeId: string, session: number): string[] {
    return this.deliveries().flatMap(({ node, deliver }) => {
      if (node !== nodeId || !deliver.sessions.includes(session)) return [];
      return entriesOf(deliver.protoFrame);
    });
  }

  /** The same for items that are addressed by user. */
  gotByUser(nodeId: string, userId: string): string[] {
    return this.deliveries().flatMap(({ node, deliver }) => {
      const meant = deliver.users.some((user) => user.userId === userId);
      return node === nodeId && meant ? entriesOf(deliver.protoFrame) : [];
    });
  }
}

function entriesOf(frame: Uint8Array): string[] {
  return decodeFrame(frame).flatMap(({ item }) => {
    const event = item?.$case === 'push' ? item.value.event : undefined;
    return event?.$case === 'entry' ? [`${event.value.conversationId} ${event.value.seq}`] : [];
  });
}

let rig: LogRig;

beforeAll(async () => {
  rig = await LogRig.start('alice', 'bob', 'carol', 'dave');
  for (const node of nodes) {
    const identity = { kind: 'connect', ...node } as const;
    await rig.directory.acquireLease(identity, '', LEASE_MS);
    await rig.directory.plantCanaries(identity, numbers(BUCKET_COUNT), LEASE_MS);
  }
});

afterAll(() => rig?.stop());

/** Of the newest delivery. */
let registry: Registry;

function makeDelivery(link: FakeLink, routes: RouteReader = rig.directory): Delivery {
  registry = new Registry();
  return new Delivery(
    {
      link,
      routes,
      conversations: rig.database.conversations,
      rows: rig.database.dispatch,
      clock: systemClock,
      logger: silentLogger(),
      registry,
    },
    {
      owner: 'logic-1',
      recoveryTickMs: 50,
      backlogEveryTicks: 2,
      settleDelayMs: 5,
      resyncWindowMs: 20,
    },
  );
}

function attachedLink(): AckingLink {
  const link = new AckingLink();
  link.attach(...nodes);
  return link;
}

async function signIn(userId: string, node: NodeRef, session: number): Promise<void> {
  const route: Route = {
    ...node,
    deviceId: `${userId}-${session}`,
    generation: 1,
    platform: 'web',
    session,
    codec: 'proto',
  };
  await rig.directory.register(rig.appId, userId, route, { mode: 'unlimited' });
}

async function backlog(): Promise<number> {
  return (await rig.database.dispatch.backlog()).rows;
}

async function backlogIs(rows: number): Promise<void> {
  await eventually(`a backlog of ${rows} rows`, async () => (await backlog()) === rows, 20_000);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const keys = (conversation: string, from: number, to: number): string[] =>
  numbers(to - from + 1).map((index) => `${conversation} ${from + index}`);

describe('delivery on MariaDB and Redis', () => {
  it('brings every entry to every session of its members, in order, and leaves no row behind', async () => {
    await rig.group('room', 'alice', 'bob');
    await signIn('alice', nodes[0], 1);
    await signIn('alice', nodes[1], 2);
    await signIn('bob', nodes[1], 3);
    const link = attachedLink();
    const delivery = makeDelivery(link);
    let commits = 0;
    const onCommitted = (batch: CommittedBatch): void => {
      commits += 1;
      delivery.afterCommit(batch);
    };
    // Only what made the group is due at once: what the writer commits is pushed once, by whoever committed it.
    const writer = rig.writer(onCommitted, { maxBatch: 20, dispatchDelayMs: 3_600_000 });
    await Promise.all(
      numbers(200).map((index) =>
        writer.append(rig.send(index % 2 ? 'g:room' : 'd:alice:bob', 'alice', `m${index}`)),
      ),
    );
    delivery.start();
    await backlogIs(0);
    await delivery.stop();
    // One row per commit; what made the group had one too.
    const settled = await metricValue(registry, 'queqiao_dispatch_settled_total');
    expect(settled).toBeGreaterThanOrEqual(commits + 1);
    for (const [node, session] of [
      ['c1', 1],
      ['c2', 2],
      ['c2', 3],
    ] as const) {
      const got = link.got(node, session).filter((key) => key !== 'g:room 1');
      expect(got.filter((key) => key.startsWith('g:'))).toEqual(keys('g:room', 2, 101));
      expect(got.filter((key) => key.startsWith('d:'))).toEqual(keys('d:alice:bob', 1, 100));
    }
  });

  it('shows every entry to a session that signs in meanwhile: by push or by its first sync', async () => {
    await rig.group('race', 'alice', 'carol');
    const conversation = parseConversationId('g:race');
    const link = attachedLink();
    const delivery = makeDelivery(link);
    const writer = rig.writer((batch) => delivery.afterCommit(batch));
    const synced = new Map<number, string[]>();
    const arrivals: Promise<void>[] = [];
    let sends: Promise<unknown>[] = [];
    for (const round of numbers(60)) {
      sends.push(writer.append(rig.send('g:race', 'alice', `m${round}`)));
      const session = 100 + round;
      arrivals.push(
        (async () => {
          await signIn('carol', nodes[round % 2] ?? nodes[0], session);
          const range = { fromSeq: 1, toSeq: 1_000 };
          const entries = await rig.database.conversations.entries(rig.appId, conversation, range);
          synced.set(
            session,
            entries.map((entry) => `g:race ${entry.seq}`),
          );
        })(),
      );
      if (round % 3 === 0) await Promise.all(sends.splice(0));
    }
    await Promise.all([...sends, ...arrivals]);
    await delivery.stop();
    for (const round of numbers(60)) {
      const session = 100 + round;
      const pushed = link.got(round % 2 ? 'c2' : 'c1', session);
      const known = new Set([...(synced.get(session) ?? []), ...pushed]);
      expect([...known].sort()).toEqual(keys('g:race', 1, 61).sort());
    }
  });

  it('lets another node finish what a dead one committed', async () => {
    await signIn('dave', nodes[0], 7);
    const dead = rig.writer(() => {}, { owner: 'logic-dead', dispatchDelayMs: 0 });
    await Promise.all(
      numbers(5).map((n) => dead.append(rig.send('d:alice:dave', 'alice', `m${n}`))),
    );
    const left = await backlog();
    expect(left).toBeGreaterThan(0);
    const link = new AckingLink();
    const delivery = makeDelivery(link);
    delivery.start();
    // As long as this node reaches nobody it only sees what waits.
    const [rows, lag] = ['queqiao_dispatch_backlog_rows', 'queqiao_dispatch_lag_seconds'];
    await eventually('the backlog is measured', async () => {
      return (await metricValue(registry, rows)) === left && (await metricValue(registry, lag)) > 0;
    });
    expect(await metricValue(registry, 'queqiao_dispatch_settled_total')).toBe(0);
    link.attach(...nodes);
    await backlogIs(0);
    await eventually('the backlog is measured again', async () => {
      return (await metricValue(registry, rows)) === 0 && (await metricValue(registry, lag)) === 0;
    });
    await delivery.stop();
    expect(link.got('c1', 7)).toEqual(keys('d:alice:dave', 1, 5));
    expect(await metricValue(registry, 'queqiao_dispatch_settled_total')).toBeGreaterThanOrEqual(
      left,
    );
    expect(await metricValue(registry, 'queqiao_dispatch_claimed_total')).toBeGreaterThanOrEqual(
      left,
    );
  });

  it('pushes by user while Redis is away, and keeps the rows until it is back', async () => {
    const away = createDirectory({
      url: 'redis://127.0.0.1:1',
      clock: systemClock,
      logger: silentLogger(),
      metrics: new Registry(),
    });
    const link = attachedLink();
    const delivery = makeDelivery(link, away);
    const writer = rig.writer((batch) => delivery.afterCommit(batch), { dispatchDelayMs: 0 });
    await writer.append(rig.send('d:bob:dave', 'bob', 'while-away'));
    await eventually('a push by user', () => link.gotByUser('c1', 'dave').length > 0);
    await delivery.stop();
    expect(link.gotByUser('c2', 'dave')).toEqual(['d:bob:dave 1']);
    expect(await backlog()).toBe(1);
    const back = makeDelivery(link);
    back.start();
    await backlogIs(0);
    await back.stop();
    expect(link.got('c1', 7)).toContain('d:bob:dave 1');
  });

  it('shows a moved read cursor to the other devices, again from the table when that failed', async () => {
    const moved = await rig.database.members.advanceRead({
      appId: rig.appId,
      userId: parseUserId('dave'),
      conversationId: parseConversationId('d:alice:dave'),
      seq: 4,
      owner: 'logic-dead',
      dispatchDelayMs: 0,
    });
    expect(moved.status).toBe('changed');
    const link = attachedLink();
    const delivery = makeDelivery(link);
    delivery.start();
    await backlogIs(0);
    await delivery.stop();
    const [sent] = link.deliveries();
    expect(sent?.deliver.sessions).toEqual([7]);
    expect(decodeFrame(sent?.deliver.protoFrame ?? new Uint8Array())[0]?.item).toMatchObject({
      value: { event: { $case: 'memberState', value: { readSeq: 4, unread: 1 } } },
    });
  });

  it('makes a node that lost pushes resync, durably', async () => {
    const link = attachedLink();
    const delivery = makeDelivery(link);
    delivery.nodeMissedPushes(nodes[1]);
    await backlogIs(1);
    delivery.start();
    await backlogIs(0);
    await delivery.stop();
    expect(link.sent.map(({ node, item }) => [node, item.item?.$case])).toEqual([['c2', 'resync']]);
    expect(await metricValue(registry, 'queqiao_dispatch_resync_rows_total')).toBe(1);
  });

  it('forgets a node whose lease has run out and that is not attached', async () => {
    const gone = { nodeId: 'c9', bootId: 'b9' };
    await signIn('bob', gone, 1);
    const link = attachedLink();
    const delivery = makeDelivery(link);
    const writer = rig.writer((batch) => delivery.afterCommit(batch));
    await writer.append(rig.send('d:bob:bob', 'bob', 'note'));
    await delivery.stop();
    expect(await backlog()).toBe(0);
  });
});
