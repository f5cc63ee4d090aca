import { LinkChannel, LinkGapError, type LinkFrame, type LinkMetrics } from '@queqiao/link';
import { DownItem, UpItem, type Hello } from '@queqiao/protocol/link';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import {
  STREAM_STATUS,
  type AttachStream,
  type OpenAttachStream,
  type StreamStatus,
} from './attach-stream.js';
import type { CallDispatch } from './call-dispatch.js';
import { ConnectNode } from './connect-node.js';
import { judgeGreeting, welcomeFrame } from './greeting.js';
import { DEFAULT_LINK_HUB_OPTIONS, type LinkHubOptions } from './link-hub-options.js';
import type { ConnectNodeRef, ItemOutcome, LinkHub, LinkHubListener } from './ports.js';

export interface LinkHubDeps {
  readonly dispatch: CallDispatch;
  readonly clock: Clock;
  readonly metrics: LinkMetrics;
  readonly logger: Logger;
  /** For tests; see LinkChannelDeps. */
  readonly defer?: (run: () => void) => void;
}

const DRAIN_POLL_MS = 20;

const RESYNC_ALL = DownItem.encode({
  item: { $case: 'resync', value: { sessions: [], reason: 'overflow' } },
}).finish();

/** The logic end of all links: one channel per boot of a connect node, whichever stream carries it at the moment. */
export class ConnectLinkHub implements LinkHub {
  readonly #deps: LinkHubDeps;
  readonly #options: LinkHubOptions;
  /** By boot id, which is unique by itself. */
  readonly #nodes = new Map<string, ConnectNode>();
  readonly #unnamed = new Set<AttachStream>();
  readonly #listeners: LinkHubListener[] = [];
  readonly #sweeper: Timer;
  #draining = false;
  #stopped = false;

  constructor(
    deps: LinkHubDeps,
    options: Pick<LinkHubOptions, 'nodeId' | 'bootId'> & Partial<LinkHubOptions>,
  ) {
    this.#deps = deps;
    this.#options = {
      ...DEFAULT_LINK_HUB_OPTIONS,
      ...options,
      limits: { ...DEFAULT_LINK_HUB_OPTIONS.limits, ...options.limits },
    };
    this.#sweeper = deps.clock.every(this.#options.sweepMs, () => this.#sweep(), { unref: true });
  }

  addListener(listener: LinkHubListener): void {
    this.#listeners.push(listener);
  }

  attached(): ConnectNodeRef[] {
    const refs: ConnectNodeRef[] = [];
    for (const node of this.#nodes.values()) if (this.#takesItems(node)) refs.push(node.ref);
    return refs;
  }

  isAttached(ref: ConnectNodeRef): boolean {
    const node = this.#nodes.get(ref.bootId);
    return node !== undefined && node.ref.nodeId === ref.nodeId && this.#takesItems(node);
  }

  /** The protocol version that is spoken with the node; undefined when nothing is held about it. */
  versionOf(ref: ConnectNodeRef): number | undefined {
    return this.#nodes.get(ref.bootId)?.version;
  }

  send(ref: ConnectNodeRef, item: Uint8Array, onSettled: (outcome: ItemOutcome) => void): boolean {
    const node = this.#nodes.get(ref.bootId);
    if (node === undefined || !this.#takesItems(node)) return false;
    if (node.channel.send(item, onSettled)) return true;
    this.#overflow(node, 'full');
    return false;
  }

  /** Takes over a stream that a connect node has opened. */
  accept(open: OpenAttachStream): void {
    let node: ConnectNode | undefined;
    const stream = open({
      onFrame: (frame) => {
        if (node !== undefined) {
          this.#receive(node, stream, frame);
          return;
        }
        helloTimer.cancel();
        this.#unnamed.delete(stream);
        node = this.#greet(stream, frame);
      },
      onEnd: (error) => {
        helloTimer.cancel();
        this.#unnamed.delete(stream);
        if (node !== undefined) this.#ended(node, stream, error);
        else if (error === undefined) stream.end();
      },
    });
    const helloTimer = this.#deps.clock.setTimer(this.#options.helloTimeoutMs, () => {
      this.#unnamed.delete(stream);
      this.#refuse(stream, STREAM_STATUS.invalidArgument, 'no hello in time');
    });
    this.#unnamed.add(stream);
  }

  /**
   * Tells every connect node to call elsewhere, then waits until the calls in flight are answered and the answers
   * acknowledged, at most `deadlineMs`. Streams stay open. Resolves with whether everything was answered.
   */
  drain(deadlineMs: number): Promise<boolean> {
    const { clock, dispatch } = this.#deps;
    const startedAt = clock.monotonic();
    this.#draining = true;
    for (const node of this.#nodes.values()) node.channel.setDraining();
    return new Promise((resolve) => {
      const poll = clock.every(DRAIN_POLL_MS, () => {
        const now = clock.monotonic();
        const quiet = now - Math.max(startedAt, dispatch.lastCallAt) >= this.#options.drainQuietMs;
        const done = quiet && dispatch.inFlight === 0 && this.#allAcknowledged();
        if (!done && now - startedAt < deadlineMs) return;
        poll.cancel();
        resolve(done);
      });
    });
  }

  /** Ends every stream in good order and settles what is pending as lost; listeners are not told. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#sweeper.cancel();
    for (const stream of this.#unnamed) stream.fail(STREAM_STATUS.unavailable, 'stopping');
    for (const node of this.#nodes.values()) {
      node.channel.close();
      node.stream?.end();
    }
    this.#nodes.clear();
    this.#deps.dispatch.stop();
  }

  #allAcknowledged(): boolean {
    for (const node of this.#nodes.values()) {
      if (node.stream !== undefined && node.channel.pendingItems > 0) return false;
    }
    return true;
  }

  #takesItems(node: ConnectNode): boolean {
    if (node.stream !== undefined) return true;
    return this.#deps.clock.monotonic() - node.detachedAt < this.#options.reattachGraceMs;
  }

  #greet(stream: AttachStream, frame: LinkFrame): ConnectNode | undefined {
    const greeting = judgeGreeting(frame, this.#options.bootId);
    if ('status' in greeting) {
      this.#refuse(stream, greeting.status, greeting.message);
      return undefined;
    }
    const { hello, version } = greeting;
    const known = this.#nodes.get(hello.bootId);
    if (known === undefined && this.#nodes.size >= this.#options.maxNodes) {
      this.#refuse(stream, STREAM_STATUS.resourceExhausted, 'too many connect nodes (maxNodes)');
      return undefined;
    }
    if (known !== undefined && this.#resume(known, stream, hello, version)) return known;
    if (known !== undefined) this.#discard(known, 'connect has dropped its state');
    return this.#begin(stream, hello, version);
  }

  #resume(node: ConnectNode, stream: AttachStream, hello: Hello, version: number): boolean {
    if (hello.nodeId !== node.ref.nodeId || hello.peerBootId !== this.#options.bootId) return false;
    try {
      node.channel.attach(stream, hello.received);
    } catch (error) {
      this.#deps.logger.error({ err: error, peer: node.ref }, 'link numbers do not fit');
      return false;
    }
    const old = node.stream;
    node.stream = stream;
    node.version = version;
    this.#welcome(stream, version, node.ref.bootId, node.channel.received);
    // Not a good end: connect takes that for a goodbye, and it may arrive before the welcome.
    old?.fail(STREAM_STATUS.aborted, 'replaced by a newer stream');
    this.#deps.metrics.stream(old === undefined ? 'resumed' : 'replaced');
    return true;
  }

  #begin(stream: AttachStream, hello: Hello, version: number): ConnectNode {
    const { clock, metrics, defer, logger } = this.#deps;
    const ref: ConnectNodeRef = { nodeId: hello.nodeId, bootId: hello.bootId };
    this.#discardOlderBoots(ref);
    const channel = new LinkChannel(
      { clock, metrics, peer: ref.nodeId, defer },
      { onDead: () => this.#dead(node), onStalled: () => this.#overflow(node, 'stalled') },
      this.#options.limits,
    );
    const node = new ConnectNode(ref, version, channel, (item) => {
      if (this.#nodes.get(ref.bootId) !== node) return;
      if (!channel.send(item)) this.#overflow(node, 'full');
    });
    node.stream = stream;
    this.#nodes.set(ref.bootId, node);
    if (this.#draining) channel.setDraining();
    this.#welcome(stream, version, '', 0);
    channel.attach(stream, 0);
    metrics.stream('opened');
    logger.info({ peer: ref, version }, 'connect node attached');
    for (const listener of this.#listeners) listener.onNodeAttached?.(ref);
    return node;
  }

  #welcome(stream: AttachStream, version: number, peerBootId: string, received: number): void {
    const { nodeId, bootId } = this.#options;
    const draining = this.#draining;
    stream.write(welcomeFrame({ nodeId, bootId, version, peerBootId, received, draining }));
  }

  #receive(node: ConnectNode, stream: AttachStream, frame: LinkFrame): void {
    if (node.stream !== stream) return;
    try {
      for (const bytes of node.channel.receive(frame)) {
        const { item } = UpItem.decode(bytes);
        if (item?.$case === 'call') this.#deps.dispatch.start(item.value, node);
      }
      if (frame.goodbye) this.#farewell(node, stream);
    } catch (error) {
      this.#deps.logger.error({ err: error, peer: node.ref }, 'link broken');
      stream.fail(STREAM_STATUS.aborted, 'link broken');
      this.#discard(node, error instanceof LinkGapError ? 'gap' : 'malformed frame');
    }
  }

  /** A cut connection looks like an end in good order to a grpc-js server, so only an explicit goodbye gives a node up. */
  #ended(node: ConnectNode, stream: AttachStream, error: Error | undefined): void {
    if (error === undefined) stream.end();
    if (node.stream !== stream) return;
    this.#deps.metrics.stream('ended');
    this.#detach(node, error?.message ?? 'stream ended');
  }

  #farewell(node: ConnectNode, stream: AttachStream): void {
    this.#deps.metrics.stream('ended');
    stream.end();
    node.stream = undefined;
    this.#discard(node, 'goodbye');
  }

  #dead(node: ConnectNode): void {
    this.#deps.metrics.stream('dead');
    node.stream?.close();
    this.#detach(node, 'silent');
  }

  #detach(node: ConnectNode, reason: string): void {
    this.#deps.logger.warn({ peer: node.ref, reason }, 'connect node detached');
    node.stream = undefined;
    node.detachedAt = this.#deps.clock.monotonic();
    node.channel.detach();
    for (const other of this.#nodes.values()) {
      if (other === node || other.ref.nodeId !== node.ref.nodeId || !other.stream) continue;
      this.#discard(node, 'a newer boot is attached');
      return;
    }
  }

  /** A node id has one process at a time: what an earlier boot without a stream left behind is never fetched. */
  #discardOlderBoots(ref: ConnectNodeRef): void {
    for (const node of this.#nodes.values()) {
      if (node.ref.nodeId === ref.nodeId && node.stream === undefined) {
        this.#discard(node, 'a newer boot is attached');
      }
    }
  }

  #overflow(node: ConnectNode, reason: 'full' | 'stalled'): void {
    const lost = node.channel.replaceAll(RESYNC_ALL);
    // A queue that held nothing but the last resync has been reported already.
    if (lost === 0 && reason === 'stalled') return;
    this.#deps.metrics.overflow(reason);
    this.#deps.logger.warn({ peer: node.ref, reason, lost }, 'link queue replaced by a resync');
    for (const listener of this.#listeners) listener.onNodeOverflow(node.ref, reason, lost);
  }

  #discard(node: ConnectNode, reason: string): void {
    if (this.#nodes.get(node.ref.bootId) === node) this.#nodes.delete(node.ref.bootId);
    node.stream?.close();
    node.stream = undefined;
    this.#deps.dispatch.abort(node);
    const lost = node.channel.close();
    this.#deps.metrics.stream('reset');
    this.#deps.logger.info({ peer: node.ref, reason, lost }, 'connect node lost');
    for (const listener of this.#listeners) listener.onNodeLost(node.ref, reason, lost);
  }

  #refuse(stream: AttachStream, status: StreamStatus, message: string): void {
    this.#deps.metrics.stream('refused');
    this.#deps.logger.warn({ reason: message }, 'link refused');
    stream.fail(status, message);
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    for (const node of this.#nodes.values()) {
      if (node.stream === undefined && now - node.detachedAt >= this.#options.resumeWindowMs) {
        this.#discard(node, 'not back within the resume window');
      }
    }
  }
}
