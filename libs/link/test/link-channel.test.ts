import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { LinkGapError, LinkProtocolError } from '../src/index.js';
import { connect, End, numbered, settle, valueOf } from './wire.js';

let clock: FakeClock;
let a: End;
let b: End;

beforeEach(() => {
  clock = new FakeClock();
  a = new End(clock);
  b = new End(clock);
});

describe('batching', () => {
  it('writes what a turn has gathered as one frame', () => {
    connect(a, b);
    for (let value = 1; value <= 5; value += 1) a.send(value);
    expect(a.out.frames).toEqual([]);
    a.turn();
    expect(a.out.frames).toHaveLength(1);
    expect(a.out.frames[0]).toMatchObject({ firstNumber: 1, ack: 0 });
    expect(a.out.frames[0]?.items.map(valueOf)).toEqual([1, 2, 3, 4, 5]);
  });

  it('splits frames at 32 KiB', () => {
    connect(a, b);
    for (let value = 1; value <= 5; value += 1) a.send(value, 10 * 1024);
    a.turn();
    expect(a.out.frames.map((frame) => frame.items.length)).toEqual([3, 2]);
    expect(a.out.frames.map((frame) => frame.firstNumber)).toEqual([1, 4]);
  });

  it('stops when the stream is full and goes on when it drains', () => {
    connect(a, b, 2);
    for (let value = 1; value <= 4; value += 1) a.send(value, 40 * 1024);
    a.turn();
    expect(a.out.frames).toHaveLength(2);
    a.send(5);
    a.turn();
    expect(a.out.frames).toHaveLength(2);
    expect(b.hear(a.out)).toBe(5);
    expect(b.received).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps items that were sent without a stream for the next one', () => {
    a.send(1);
    a.turn();
    connect(a, b);
    settle(a, b, clock);
    expect([b.received, a.acked]).toEqual([[1], [1]]);
  });
});

describe('acknowledgements', () => {
  it('travel by themselves within milliseconds when there is nothing to carry them', () => {
    connect(a, b);
    a.send(1);
    a.turn();
    b.hear(a.out);
    expect(b.out.frames).toEqual([]);
    clock.advance(2);
    expect(b.out.frames).toMatchObject([{ ack: 1, items: [] }]);
    a.hear(b.out);
    expect(a.acked).toEqual([1]);
  });

  it('ride on items', () => {
    connect(a, b);
    a.send(1);
    a.turn();
    b.hear(a.out);
    b.send(7);
    b.turn();
    clock.advance(100);
    expect(b.out.frames).toMatchObject([{ ack: 1, firstNumber: 1 }]);
  });

  it('do not wait once enough bytes have come', () => {
    connect(a, b);
    for (let value = 1; value <= 3; value += 1) a.send(value, 30 * 1024);
    a.turn();
    b.hear(a.out);
    b.turn();
    expect(b.out.frames).toMatchObject([{ ack: 3 }]);
  });

  it('of items never written break the link', () => {
    connect(a, b);
    const frame = { firstNumber: 0, ack: 1, items: [] };
    expect(() => a.channel.receive(frame)).toThrow(LinkProtocolError);
  });
});

describe('resuming', () => {
  it('writes again what was under way, and the receiver trims what it had', async () => {
    const [sender, receiver] = [new Registry(), new Registry()];
    a = new End(clock, {}, sender);
    b = new End(clock, {}, receiver);
    connect(a, b);
    for (const value of [1, 2, 3]) {
      a.send(value);
      a.turn();
    }
    b.hear(a.out, 2);
    // The hello was written before the second frame arrived: one item comes twice.
    a.channel.detach();
    a.attach(1);
    b.attach(0);
    a.turn();
    expect(a.out.frames[0]).toMatchObject({ firstNumber: 2 });
    settle(a, b, clock);
    expect([b.received, a.acked]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(await metricValue(sender, 'queqiao_link_resent_items_total')).toBe(2);
    expect(await metricValue(receiver, 'queqiao_link_duplicate_items_total')).toBe(1);
  });

  it('acknowledges a frame again that holds nothing but duplicates', () => {
    connect(a, b);
    a.send(1);
    a.turn();
    b.hear(a.out);
    a.attach(0);
    a.turn();
    b.hear(a.out);
    clock.advance(2);
    expect(b.out.frames.at(-1)).toMatchObject({ ack: 1 });
    expect(b.received).toEqual([1]);
  });

  it('refuses a gap', () => {
    connect(a, b);
    const frame = { firstNumber: 2, ack: 0, items: [numbered(2)] };
    expect(() => b.channel.receive(frame)).toThrow(LinkGapError);
  });

  it('refuses a peer that claims more than was written', () => {
    a.send(1);
    expect(() => a.attach(1)).toThrow(LinkProtocolError);
  });
});

describe('limits', () => {
  it('refuses items above the bound and says nothing more about them', () => {
    a = new End(clock, { maxPendingItems: 2 });
    expect([a.send(1), a.send(2), a.send(3)]).toEqual([true, true, false]);
    a.channel.close();
    expect(a.lost).toEqual([1, 2]);
  });

  it('replaces the queue by one item without breaking the numbering', () => {
    a = new End(clock, { maxPendingItems: 10 });
    connect(a, b);
    a.send(1);
    a.turn();
    a.send(2);
    expect(a.channel.replaceAll(numbered(99))).toBe(2);
    expect(a.lost).toEqual([1, 2]);
    a.send(3);
    settle(a, b, clock);
    expect(b.received).toEqual([1, 99, 3]);
    expect(a.acked).toEqual([3]);
  });

  it('takes nothing after close', () => {
    a.channel.close();
    expect(a.send(1)).toBe(false);
    expect(a.channel.close()).toBe(0);
  });
});

describe('time', () => {
  it('sends a heartbeat at least every two seconds', () => {
    connect(a, b);
    clock.advance(2_000);
    expect(a.out.frames).toMatchObject([{ items: [], ack: 0 }]);
    clock.advance(2_000);
    expect(a.out.frames).toHaveLength(2);
  });

  it('reports a stream that is silent for six seconds', () => {
    connect(a, b);
    clock.advance(5_900);
    expect(a.dead).toEqual([]);
    clock.advance(200);
    expect(a.dead).toEqual([6_000]);
  });

  it('does not take its own pause for the silence of the peer', () => {
    connect(a, b);
    clock.pause(20_000);
    clock.advance(1);
    expect([a.dead, a.stalls]).toEqual([[], 0]);
    clock.advance(6_500);
    expect(a.dead).not.toEqual([]);
  });

  it('reports ten seconds without acknowledgements, stream or not', () => {
    connect(a, b);
    a.send(1);
    a.turn();
    for (let second = 0; second < 9; second += 1) {
      clock.advance(1_000);
      a.take({ firstNumber: 0, ack: 0, items: [] });
    }
    expect([a.stalls, a.dead]).toEqual([0, []]);
    a.channel.detach();
    clock.advance(1_500);
    expect(a.stalls).toBe(1);
  });

  it('counts a stall from the last acknowledgement, not from the oldest item', () => {
    connect(a, b);
    for (let value = 1; value <= 30; value += 1) {
      a.send(value);
      a.turn();
      clock.advance(1_000);
      a.take({ firstNumber: 0, ack: Math.max(0, value - 2), items: [] });
    }
    expect(a.stalls).toBe(0);
  });

  it('leaves no timer behind', () => {
    connect(a, b);
    a.send(1);
    a.turn();
    b.hear(a.out);
    a.channel.close();
    b.channel.close();
    expect(clock.pending).toBe(0);
  });
});

describe('draining', () => {
  it('is told within the turn and in every later frame', () => {
    connect(a, b);
    a.channel.setDraining();
    a.turn();
    expect(a.out.frames).toMatchObject([{ draining: true, items: [] }]);
    a.send(1);
    a.turn();
    expect(a.out.frames[1]).toMatchObject({ draining: true });
  });
});
