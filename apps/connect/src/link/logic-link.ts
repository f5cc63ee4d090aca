import {
  chosenVersion,
  DEFAULT_LINK_LIMITS,
  LinkChannel,
  OWN_VERSIONS,
  type LinkFrame,
} from '@queqiao/link';
import type { Hello } from '@queqiao/protocol/link';
import { Backoff, type Timer } from '@queqiao/runtime';
import type { LogicLinkOptions } from './logic-link-options.js';
import type { LogicLinkDeps, LogicLinkEvents, LogicNode } from './logic-link-ports.js';
import {
  STATUS_FAILED_PRECONDITION,
  STATUS_NOT_FOUND,
  statusOf,
  type LogicStream,
} from './logic-stream.js';
import { hashText } from './rendezvous.js';

interface Dialling {
  readonly stream: LogicStream;
  readonly timer: Timer;
}

/**
 * The connect end of the link to one boot of a logic node: dials, says hello, resumes after drops, replaces old streams before
 * they get too old, and gives the numbering up when it cannot be resumed.
 */
export class LogicLink {
  readonly node: LogicNode;
  /** For rendezvous hashing: stays the same when the node restarts. */
  readonly nodeHash: number;
  readonly #deps: LogicLinkDeps;
  readonly #events: LogicLinkEvents;
  readonly #options: LogicLinkOptions;
  readonly #backoff: Backoff;
  readonly #deadMs: number;
  #channel: LinkChannel | undefined;
  #version: number | undefined;
  #current: LogicStream | undefined;
  #dialling: Dialling | undefined;
  #redial: Timer | undefined;
  #replacing = false;
  #draining = false;
  #closed = false;
  #attachedAt = 0;
  #replaceAt = Number.POSITIVE_INFINITY;
  #detachedAt: number;

  constructor(
    deps: LogicLinkDeps,
    events: LogicLinkEvents,
    node: LogicNode,
    options: LogicLinkOptions,
  ) {
    this.node = node;
    this.nodeHash = hashText(node.nodeId);
    this.#deps = deps;
    this.#events = events;
    this.#options = options;
    this.#deadMs = options.limits.deadMs ?? DEFAULT_LINK_LIMITS.deadMs;
    this.#backoff = new Backoff({
      baseMs: options.backoffBaseMs,
      maxMs: options.backoffMaxMs,
      random: options.random,
    });
    this.#detachedAt = deps.clock.monotonic();
  }

  /** An open stream exists. */
  get attached(): boolean {
    return this.#current !== undefined;
  }

  /** The protocol version that was agreed on with the newest welcome; undefined before the first. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Nothing is held for this boot: no stream and no numbering to resume. */
  get idle(): boolean {
    return this.#current === undefined && this.#channel === undefined;
  }

  /** New calls may be sent: not draining, and heard of lately (or just being moved to a new stream). */
  usable(now: number): boolean {
    if (this.#channel === undefined || this.#draining) return false;
    if (this.#current !== undefined) return now - this.#channel.lastReceiveAt < this.#deadMs;
    return this.#replacing && now - this.#detachedAt < this.#options.replaceGraceMs;
  }

  /** False: the queue is full, nothing was queued. */
  send(item: Uint8Array): boolean {
    return this.#channel?.send(item) ?? false;
  }

  dial(): void {
    if (this.#closed || this.#dialling !== undefined) return;
    this.#redial?.cancel();
    this.#redial = undefined;
    const channel = this.#channel;
    const stream = this.#deps.dialer.open(this.node.address, {
      onFrame: (frame) => this.#frame(stream, frame, channel),
      onEnd: (error) => this.#ended(stream, error),
    });
    const timer = this.#deps.clock.setTimer(this.#options.helloTimeoutMs, () => {
      stream.close();
      this.#ended(stream, new Error('no welcome in time'));
    });
    this.#dialling = { stream, timer };
    stream.write({ hello: this.#hello(channel), firstNumber: 0, ack: 0, items: [] });
  }

  /** Looks at what has come of age: the stream, or what a dropped one left behind. */
  tick(now: number): void {
    if (this.#current !== undefined && now >= this.#replaceAt) {
      this.#replaceAt = now + this.#options.helloTimeoutMs * 2;
      this.#replacing = true;
      this.#deps.metrics.stream('rotated');
      this.dial();
    }
    if (this.#channel === undefined || this.#current !== undefined) return;
    const awayMs = now - this.#detachedAt;
    if (awayMs >= this.#options.resumeWindowMs) {
      this.#reset('logic node not back within the resume window', false);
      return;
    }
    const waitedMs = Math.max(awayMs, this.#channel.unacknowledgedMs(now));
    if (waitedMs >= this.#options.lostCallMs) this.#giveCallsUp();
  }

  /** Says goodbye, or just stops dialling; `onReset` reports the calls that this leaves unanswered. Idempotent. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#redial?.cancel();
    this.#stopDialling();
    this.#current?.goodbye();
    this.#current = undefined;
    this.#reset(reason, false);
  }

  #hello(channel: LinkChannel | undefined): Hello {
    const { nodeId, bootId } = this.#options;
    return {
      nodeId,
      bootId,
      ...OWN_VERSIONS,
      peerBootId: channel === undefined ? '' : this.node.bootId,
      received: channel?.received ?? 0,
      wantedBootId: this.node.bootId,
    };
  }

  #frame(stream: LogicStream, frame: LinkFrame, greeted: LinkChannel | undefined): void {
    try {
      if (this.#dialling?.stream === stream) this.#welcomed(stream, frame, greeted);
      else if (this.#current === stream) this.#receive(frame);
    } catch (error) {
      this.#deps.logger.error({ err: error, peer: this.node }, 'link broken');
      this.#breakUp('link broken', true);
    }
  }

  #welcomed(stream: LogicStream, frame: LinkFrame, greeted: LinkChannel | undefined): void {
    const welcome = frame.hello;
    const version = welcome === undefined ? null : chosenVersion(OWN_VERSIONS, welcome);
    if (welcome === undefined || version === null) {
      this.#stopDialling();
      this.#dialFailed(
        'refused',
        'the first frame must be a welcome in a version that was offered',
      );
      return;
    }
    this.#dialling?.timer.cancel();
    this.#dialling = undefined;
    if (welcome.bootId !== this.node.bootId || welcome.nodeId !== this.node.nodeId) {
      stream.close();
      this.#gone();
      return;
    }
    const resumed = welcome.peerBootId === this.#options.bootId;
    if (resumed && (greeted === undefined || greeted !== this.#channel)) {
      // The numbering that the hello offered was given up since: say so with a new hello.
      stream.close();
      this.#redialLater();
      return;
    }
    if (!resumed) this.#renew();
    this.#current?.close();
    this.#current = stream;
    this.#version = version;
    this.#channel?.attach(stream, resumed ? welcome.received : 0);
    this.#attachedNow(frame.draining ?? false);
    this.#deps.metrics.stream(resumed ? 'resumed' : 'opened');
    this.#deps.logger.info({ peer: this.node, resumed, version }, 'logic node attached');
    this.#events.onChange(this);
  }

  #attachedNow(draining: boolean): void {
    const { maxStreamAgeMs, random } = this.#options;
    this.#attachedAt = this.#deps.clock.monotonic();
    this.#replaceAt = this.#attachedAt + maxStreamAgeMs * (1 - 0.2 * random());
    this.#replacing = false;
    this.#draining = draining;
  }

  /** A new numbering; whatever the old one held is given up. */
  #renew(): void {
    const { clock, metrics, defer } = this.#deps;
    this.#reset('logic node has dropped the state of the link', true);
    this.#channel = new LinkChannel(
      { clock, metrics, peer: this.node.nodeId, defer },
      { onDead: () => this.#dead('silent'), onStalled: () => this.#dead('deaf') },
      this.#options.limits,
    );
  }

  #receive(frame: LinkFrame): void {
    const items = this.#channel?.receive(frame) ?? [];
    if (frame.draining && !this.#draining) {
      this.#draining = true;
      this.#deps.logger.info({ peer: this.node }, 'logic node draining');
      this.#events.onChange(this);
    }
    for (const item of items) if (item.length > 0) this.#events.onItem(this, item);
  }

  #ended(stream: LogicStream, error: Error | undefined): void {
    if (this.#dialling?.stream === stream) {
      this.#stopDialling();
      const status = error === undefined ? undefined : statusOf(error);
      const refused = status === STATUS_FAILED_PRECONDITION;
      if (status === STATUS_NOT_FOUND) this.#gone();
      else this.#dialFailed(refused ? 'refused' : 'rejected', error?.message);
    } else if (this.#current === stream) {
      this.#deps.metrics.stream('ended');
      this.#detach(error?.message ?? 'ended by the logic node');
      if (error === undefined) this.#reset('logic node has left', false);
      this.#redialLater();
    }
  }

  /** `refused`: the two do not speak a common version, which takes somebody to change. */
  #dialFailed(event: 'refused' | 'rejected', reason: string | undefined): void {
    this.#deps.metrics.stream(event);
    const level = event === 'refused' ? 'error' : 'warn';
    this.#deps.logger[level]({ peer: this.node, reason }, 'dialling failed');
    this.#replacing = false;
    if (this.#current === undefined) this.#redialLater();
  }

  /** Nothing comes, or (`deaf`) nothing that is said arrives. The calls have waited through it and need not wait longer. */
  #dead(reason: 'silent' | 'deaf'): void {
    // The other side may have ended the stream a moment before, for the same silence; the numbering waits for the resume window then.
    if (this.#current === undefined) return this.#giveCallsUp();
    this.#deps.metrics.stream('dead');
    this.#current.close();
    this.#detach(reason);
    this.#giveCallsUp();
    this.#redialLater();
  }

  #giveCallsUp(): void {
    this.#channel?.withdraw();
    this.#events.onAway(this);
  }

  #breakUp(reason: string, resync: boolean): void {
    this.#stopDialling();
    this.#current?.close();
    this.#detach(reason);
    this.#reset(reason, resync);
    this.#redialLater();
  }

  #detach(reason: string): void {
    const now = this.#deps.clock.monotonic();
    if (now - this.#attachedAt >= this.#options.stableMs) this.#backoff.reset();
    this.#current = undefined;
    this.#detachedAt = now;
    this.#channel?.detach();
    this.#deps.logger.warn({ peer: this.node, reason }, 'logic node detached');
    this.#events.onChange(this);
  }

  #reset(reason: string, resync: boolean): void {
    if (this.#channel === undefined) return;
    this.#channel.close();
    this.#channel = undefined;
    this.#deps.metrics.stream('reset');
    this.#events.onReset(this, reason, resync);
  }

  #gone(): void {
    this.close('logic node restarted');
    this.#events.onGone(this);
  }

  #stopDialling(): void {
    this.#dialling?.timer.cancel();
    this.#dialling?.stream.close();
    this.#dialling = undefined;
  }

  #redialLater(): void {
    if (this.#closed || this.#dialling !== undefined) return;
    this.#redial?.cancel();
    this.#redial = this.#deps.clock.setTimer(this.#backoff.next(), () => this.dial());
  }
}
