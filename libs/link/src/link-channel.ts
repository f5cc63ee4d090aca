import type { Clock, Timer } from '@queqiao/runtime';
import { LinkGapError } from './errors.js';
import type { FrameStream, LinkFrame } from './frame.js';
import { DEFAULT_LINK_LIMITS, type LinkLimits } from './limits.js';
import type { LinkMetrics } from './link-metrics.js';
import { SendQueue, type Settle } from './send-queue.js';

export interface LinkChannelDeps {
  readonly clock: Clock;
  readonly metrics: LinkMetrics;
  /** Node id of the other side, for metrics. */
  readonly peer: string;
  /** Runs a function at the end of this event-loop turn; setImmediate when left out. */
  readonly defer?: ((run: () => void) => void) | undefined;
}

export interface LinkChannelEvents {
  /** Nothing came from the attached stream for `deadMs`; the owner gives the stream up. Repeats until it does. */
  onDead(silentMs: number): void;
  /** Items are pending and none was acknowledged for `ackStallMs`, attached or not. Repeats once per `ackStallMs`. */
  onStalled(): void;
}

const NO_ITEMS: Uint8Array[] = [];

/**
 * The numbered items between one pair of boots, both ways. It outlives its streams: after a reconnect what the peer has not
 * received is written again, and what arrives twice is trimmed. In each direction items are handed over in order and at
 * most once; an item settled as `acked` was handed over exactly once. Not safe for use after `close`.
 */
export class LinkChannel {
  readonly #deps: LinkChannelDeps;
  readonly #events: LinkChannelEvents;
  readonly #limits: LinkLimits;
  readonly #queue: SendQueue;
  readonly #defer: (run: () => void) => void;
  readonly #ticker: Timer;
  readonly #flushNow = (): void => this.#flush();
  #ackTimer: Timer | undefined;
  #stream: FrameStream | undefined;
  #blocked = false;
  #flushScheduled = false;
  #closed = false;
  #draining = false;
  #frameDue = false;
  #received = 0;
  #ackOwed = false;
  #bytesSinceAck = 0;
  #lastWriteAt = 0;
  #lastReceiveAt = 0;
  #progressAt = 0;
  #lastTickAt: number;

  constructor(deps: LinkChannelDeps, events: LinkChannelEvents, limits: Partial<LinkLimits> = {}) {
    this.#deps = deps;
    this.#events = events;
    this.#limits = { ...DEFAULT_LINK_LIMITS, ...limits };
    this.#queue = new SendQueue(this.#limits);
    this.#defer = deps.defer ?? ((run) => void setImmediate(run));
    this.#lastTickAt = deps.clock.monotonic();
    this.#ticker = deps.clock.every(this.#limits.tickMs, () => this.#tick());
  }

  get attached(): boolean {
    return this.#stream !== undefined;
  }

  /** Highest number received without a hole. */
  get received(): number {
    return this.#received;
  }

  get pendingItems(): number {
    return this.#queue.size;
  }

  get pendingBytes(): number {
    return this.#queue.bytes;
  }

  /** Monotonic time of the last frame, or of the attach. */
  get lastReceiveAt(): number {
    return this.#lastReceiveAt;
  }

  /** How long items have been waiting without an acknowledgement of any; 0: none waits. */
  unacknowledgedMs(now: number): number {
    return this.#queue.size === 0 ? 0 : now - this.#progressAt;
  }

  /**
   * Queues an item; it is written at the end of this event-loop turn together with its neighbours, or after the next attach.
   * Returns false when a limit would be exceeded or the channel is closed: nothing was queued, `onSettled` never runs.
   * Otherwise `onSettled` runs exactly once, never inside this call, and must not throw.
   */
  send(item: Uint8Array, onSettled?: Settle): boolean {
    if (this.#closed) return false;
    const wasEmpty = this.#queue.size === 0;
    if (!this.#queue.push(item, onSettled)) return false;
    if (wasEmpty) this.#progressAt = this.#deps.clock.monotonic();
    this.#scheduleFlush();
    return true;
  }

  /** Settles all pending items as lost and sends `item` in their place; the numbering stays whole. Returns how many. */
  replaceAll(item: Uint8Array): number {
    const lost = this.#queue.replaceAll(item);
    this.#deps.metrics.lostItems.inc(lost);
    this.#progressAt = this.#deps.clock.monotonic();
    this.#scheduleFlush();
    return lost;
  }

  /** Settles all pending items as lost, and writes none of them again; the numbering stays whole. Returns how many. */
  withdraw(): number {
    const lost = this.#queue.withdraw();
    this.#deps.metrics.lostItems.inc(lost);
    return lost;
  }

  /**
   * Continues on a new stream (the old one, if any, is simply no longer used). `peerReceived` comes from the peer's hello.
   * Throws LinkProtocolError when the peer claims an item that was never written: both sides then start anew.
   */
  attach(stream: FrameStream, peerReceived: number): void {
    const acknowledged = this.#queue.acknowledged;
    const again = this.#queue.rewind(peerReceived);
    if (again > 0) this.#deps.metrics.resentItems.inc(again);
    const now = this.#deps.clock.monotonic();
    if (this.#queue.acknowledged > acknowledged) this.#progressAt = now;
    this.#stream = stream;
    this.#blocked = false;
    this.#lastReceiveAt = now;
    this.#lastWriteAt = now;
    stream.onDrain(() => {
      if (this.#stream !== stream) return;
      this.#blocked = false;
      this.#flush();
    });
    this.#scheduleFlush();
  }

  /** The stream is gone; items wait for the next attach. */
  detach(): void {
    this.#stream = undefined;
    this.#blocked = false;
    this.#ackOwed = false;
    this.#cancelAck();
  }

  /**
   * Takes a frame of the attached stream and returns its new items in order; the caller handles them at once, because the
   * acknowledgement says so. Throws LinkGapError or LinkProtocolError: the link is broken and its state worthless.
   */
  receive(frame: LinkFrame): Uint8Array[] {
    const { clock, metrics } = this.#deps;
    this.#lastReceiveAt = clock.monotonic();
    metrics.receivedFrames.inc();
    if (this.#queue.acknowledge(frame.ack) > 0) this.#progressAt = this.#lastReceiveAt;
    const count = frame.items.length;
    if (count === 0) return NO_ITEMS;
    metrics.receivedItems.inc(count);
    const expected = this.#received + 1;
    if (frame.firstNumber > expected || frame.firstNumber < 1) {
      metrics.gaps.inc();
      throw new LinkGapError(expected, frame.firstNumber);
    }
    const fresh = this.#trim(frame.items, expected - frame.firstNumber);
    this.#received += fresh.length;
    this.#oweAck(fresh);
    return fresh;
  }

  /** From now on every frame says that this side takes no new calls; the first such frame leaves with this turn. */
  setDraining(): void {
    this.#draining = true;
    this.#frameDue = true;
    this.#scheduleFlush();
  }

  /** Settles what is pending as lost and stops all timers. Returns how many items were lost. Idempotent. */
  close(): number {
    if (this.#closed) return 0;
    this.#closed = true;
    this.detach();
    this.#ticker.cancel();
    this.#deps.metrics.forget(this.#deps.peer);
    const lost = this.#queue.discard();
    this.#deps.metrics.lostItems.inc(lost);
    return lost;
  }

  #trim(items: Uint8Array[], duplicates: number): Uint8Array[] {
    if (duplicates === 0) return items;
    this.#deps.metrics.duplicateItems.inc(Math.min(duplicates, items.length));
    return items.slice(duplicates);
  }

  #oweAck(fresh: Uint8Array[]): void {
    let bytes = 0;
    for (const item of fresh) bytes += item.length;
    this.#deps.metrics.receivedBytes.inc(bytes);
    this.#bytesSinceAck += bytes;
    this.#ackOwed = true;
    if (this.#limits.ackDelayMs === 0 || this.#bytesSinceAck >= this.#limits.ackEveryBytes) {
      this.#frameDue = true;
      this.#scheduleFlush();
      return;
    }
    this.#ackTimer ??= this.#deps.clock.setTimer(this.#limits.ackDelayMs, () => {
      this.#ackTimer = undefined;
      if (!this.#ackOwed) return;
      this.#frameDue = true;
      this.#flush();
    });
  }

  #cancelAck(): void {
    this.#ackTimer?.cancel();
    this.#ackTimer = undefined;
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#stream === undefined || this.#blocked) return;
    this.#flushScheduled = true;
    this.#defer(this.#flushNow);
  }

  #flush(): void {
    this.#flushScheduled = false;
    const stream = this.#stream;
    if (stream === undefined) return;
    while (!this.#blocked && this.#stream === stream) {
      const batch = this.#queue.take(this.#limits.maxFrameBytes);
      if (batch === null) break;
      this.#deps.metrics.frameItems.observe(batch.items.length);
      this.#write(stream, batch.firstNumber, batch.items);
    }
    if (this.#frameDue && !this.#blocked) this.#write(stream, 0, NO_ITEMS);
  }

  #write(stream: FrameStream, firstNumber: number, items: Uint8Array[]): void {
    const { clock, metrics } = this.#deps;
    this.#lastWriteAt = clock.monotonic();
    this.#frameDue = false;
    this.#ackOwed = false;
    this.#bytesSinceAck = 0;
    metrics.sentFrames.inc();
    if (items.length > 0) {
      metrics.sentItems.inc(items.length);
      let bytes = 0;
      for (const item of items) bytes += item.length;
      metrics.sentBytes.inc(bytes);
    }
    const frame: LinkFrame = { firstNumber, ack: this.#received, items, draining: this.#draining };
    this.#blocked = !stream.write(frame);
  }

  #tick(): void {
    const now = this.#deps.clock.monotonic();
    this.#forgiveOwnPause(now);
    this.#deps.metrics.pending(this.#deps.peer, this.#queue.size, this.#queue.bytes);
    if (this.#queue.size > 0 && now - this.#progressAt >= this.#limits.ackStallMs) {
      this.#progressAt = now;
      this.#events.onStalled();
    }
    if (this.#stream === undefined) return;
    if (now - this.#lastReceiveAt >= this.#limits.deadMs) {
      this.#events.onDead(now - this.#lastReceiveAt);
      return;
    }
    if (now - this.#lastWriteAt > this.#limits.heartbeatMs - this.#limits.tickMs) {
      this.#frameDue = true;
      this.#flush();
    }
  }

  /** While this process stood still it could not read either: its own pause is not the peer's silence. */
  #forgiveOwnPause(now: number): void {
    const excess = now - this.#lastTickAt - this.#limits.tickMs;
    this.#lastTickAt = now;
    if (excess < this.#limits.tickMs) return;
    this.#lastReceiveAt = Math.min(now, this.#lastReceiveAt + excess);
    this.#progressAt = Math.min(now, this.#progressAt + excess);
  }
}
