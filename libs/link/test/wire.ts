import { Registry } from '@queqiao/runtime';
import type { FakeClock } from '@queqiao/runtime/testing';
import {
  LinkChannel,
  LinkMetrics,
  type FrameStream,
  type LinkFrame,
  type LinkLimits,
} from '../src/index.js';

/** One direction of a stream: frames wait until the test lets them through. */
export class Pipe implements FrameStream {
  readonly frames: LinkFrame[] = [];
  closed = false;
  #drain: (() => void) | undefined;

  constructor(readonly capacity = Number.POSITIVE_INFINITY) {}

  write(frame: LinkFrame): boolean {
    this.frames.push(frame);
    return this.frames.length < this.capacity;
  }

  onDrain(callback: () => void): void {
    this.#drain = callback;
  }

  close(): void {
    this.closed = true;
  }

  /** Takes the oldest frame off the wire; an emptied pipe drains. */
  next(): LinkFrame | undefined {
    const frame = this.frames.shift();
    if (frame !== undefined && this.frames.length === 0) this.#drain?.();
    return frame;
  }
}

export function numbered(value: number, size = 4): Uint8Array {
  const bytes = new Uint8Array(Math.max(4, size));
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function valueOf(item: Uint8Array): number {
  return new DataView(item.buffer, item.byteOffset).getUint32(0);
}

/** A channel with its deferred work in the test's hands, and all that happened to it. */
export class End {
  readonly channel: LinkChannel;
  readonly received: number[] = [];
  readonly acked: number[] = [];
  readonly lost: number[] = [];
  readonly dead: number[] = [];
  stalls = 0;
  out = new Pipe();
  #deferred: (() => void)[] = [];

  constructor(clock: FakeClock, limits: Partial<LinkLimits> = {}, registry = new Registry()) {
    this.channel = new LinkChannel(
      {
        clock,
        metrics: new LinkMetrics(registry),
        peer: 'peer',
        defer: (run) => void this.#deferred.push(run),
      },
      {
        onDead: (silentMs) => void this.dead.push(silentMs),
        onStalled: () => void (this.stalls += 1),
      },
      limits,
    );
  }

  attach(peerReceived: number, capacity?: number): void {
    this.out = new Pipe(capacity);
    this.channel.attach(this.out, peerReceived);
  }

  send(value: number, size?: number): boolean {
    return this.channel.send(numbered(value, size), (outcome) => this[outcome].push(value));
  }

  /** Ends the event-loop turn. */
  turn(): void {
    const due = this.#deferred;
    this.#deferred = [];
    for (const run of due) run();
  }

  take(frame: LinkFrame): void {
    for (const item of this.channel.receive(frame)) {
      if (item.length > 0) this.received.push(valueOf(item));
    }
  }

  /** Lets up to `count` frames of the other end arrive. */
  hear(from: Pipe, count = Number.POSITIVE_INFINITY): number {
    let heard = 0;
    for (let frame = from.next(); frame !== undefined; frame = from.next()) {
      this.take(frame);
      heard += 1;
      if (heard >= count) break;
    }
    return heard;
  }
}

/** Both ends on fresh pipes, as after a completed hello. */
export function connect(a: End, b: End, capacity?: number): void {
  a.attach(b.channel.received, capacity);
  b.attach(a.channel.received, capacity);
}

/** Turns and delivers until nothing moves any more. */
export function settle(a: End, b: End, clock: FakeClock): void {
  for (let quiet = 0; quiet < 3;) {
    a.turn();
    b.turn();
    const moved = b.hear(a.out) + a.hear(b.out);
    clock.advance(50);
    quiet = moved === 0 ? quiet + 1 : 0;
  }
}
