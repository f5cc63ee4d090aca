import type { DeliveredAck } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACK_FLUSH_MS,
  ACKS_PER_CALL,
  DeliveredAcks,
  MAX_ACK_CALLS,
  MAX_PENDING_ACKS_PER_USER,
} from './delivered-acks.js';
import type { LogicCaller } from './logic-caller.js';
import { SessionMetrics } from './session-metrics.js';

const alice = { appId: 'demo', userId: 'alice' };
const bob = { appId: 'demo', userId: 'bob' };

let clock: FakeClock;
let acks: DeliveredAcks;
let sent: DeliveredAck[][];
let answer: Awaited<ReturnType<LogicCaller['ackDelivered']>>;
let hold: Promise<void> | null;
let metrics: SessionMetrics;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  answer = { value: null };
  hold = null;
  metrics = new SessionMetrics(new Registry());
  const logic = {
    ackDelivered: async (_key: string, request: { acks: DeliveredAck[] }) => {
      sent.push(request.acks);
      await hold;
      return answer;
    },
  };
  acks = new DeliveredAcks({ clock, logic, metrics });
  acks.start();
});

const flush = () => clock.advanceAsync(ACK_FLUSH_MS);
const dropped = async () => (await metrics.droppedAcks.get()).values.map(({ value }) => value);

describe('acks on their way', () => {
  it('leave once a second, the highest of each user and conversation', async () => {
    acks.add(alice, 'g:x', 2);
    acks.add(alice, 'g:x', 5);
    acks.add(alice, 'g:x', 3);
    acks.add(alice, 'g:y', 1);
    acks.add(bob, 'g:x', 4);
    expect(sent).toEqual([]);
    await flush();
    expect(sent).toEqual([
      [
        { ...alice, conversationId: 'g:x', seq: 5 },
        { ...alice, conversationId: 'g:y', seq: 1 },
        { ...bob, conversationId: 'g:x', seq: 4 },
      ],
    ]);
    await flush();
    expect(sent).toHaveLength(1);
  });

  it('are made again after a failure, unless a higher one came meanwhile', async () => {
    const error = { code: 0, message: '', field: '', retryAfterMs: 0, requestId: '' };
    answer = { error, cause: new Error('x') } as unknown as typeof answer;
    acks.add(alice, 'g:x', 5);
    acks.add(alice, 'g:y', 5);
    await flush();
    answer = { value: null };
    acks.add(alice, 'g:x', 6);
    await flush();
    const seqs = sent.at(-1)?.map(({ conversationId, seq }) => [conversationId, seq]);
    expect(seqs?.sort()).toEqual([
      ['g:x', 6],
      ['g:y', 5],
    ]);
  });

  it('are dropped when they are none, and when a device names too many conversations', async () => {
    for (const id of ['', 'x', 'd:b:a']) acks.add(alice, id, 1);
    acks.add(alice, 'g:x', 0);
    expect(await dropped()).toEqual([4]);
    for (let n = 0; n <= MAX_PENDING_ACKS_PER_USER; n += 1) acks.add(alice, `g:${n}`, 1);
    expect(await dropped()).toEqual([4, 1]);
    // What waits already still moves, and others have their own room.
    acks.add(alice, 'g:0', 9);
    acks.add(bob, 'g:x', 1);
    await flush();
    const all = sent.flat();
    expect(all).toHaveLength(MAX_PENDING_ACKS_PER_USER + 1);
    expect(all).toContainEqual({ ...alice, conversationId: 'g:0', seq: 9 });
  });

  it('go in bounded calls, a few at a time', async () => {
    let release = (): void => {};
    hold = new Promise((resolve) => (release = resolve));
    for (let n = 0; n < ACKS_PER_CALL * (MAX_ACK_CALLS + 1); n += 1) {
      acks.add({ appId: 'demo', userId: `u${n}` }, 'g:x', 1);
    }
    await flush();
    expect(sent.map((each) => each.length)).toEqual(Array(MAX_ACK_CALLS).fill(ACKS_PER_CALL));
    await flush();
    expect(sent).toHaveLength(MAX_ACK_CALLS);
    release();
    hold = null;
    await flush();
    expect(sent.flat()).toHaveLength(ACKS_PER_CALL * (MAX_ACK_CALLS + 1));
    expect((await metrics.pendingAcks.get()).values[0]?.value).toBe(0);
  });

  it('stop with the node', async () => {
    acks.add(alice, 'g:x', 2);
    acks.stop();
    await flush();
    expect(sent).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
