import { DomainError } from '@queqiao/domain';
import type { CallMetrics, LinkMetrics } from '@queqiao/link';
import { encodeMessage } from '@queqiao/protocol';
import { Codec, DownItem, UpItem } from '@queqiao/protocol/link';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import { CallTable } from './call-table.js';
import { LinkReadiness } from './link-readiness.js';
import { LogicLink } from './logic-link.js';
import type { LogicLinkEvents, LogicNode } from './logic-link-ports.js';
import { DEFAULT_LOGIC_LINK_OPTIONS, type LogicLinkOptions } from './logic-link-options.js';
import type { LogicDialer } from './logic-stream.js';
import type { DownHandlers, LogicCallInput, LogicCalls, LogicReply, Readiness } from './ports.js';
import { hashText, rendezvousWeight } from './rendezvous.js';

/** Where live logic nodes are listed; rejects while that is away. */
export interface LogicDiscovery {
  liveNodes(): Promise<readonly LogicNode[]>;
}

export interface LogicPoolOptions extends LogicLinkOptions {
  /** Calls without an outcome yet, over all links; the next one is refused UNAVAILABLE. */
  readonly maxCallsInFlight: number;
  /** Logic nodes held at once; further ones are not dialled. */
  readonly maxNodes: number;
  readonly discoveryMs: number;
  /** Without any link for this long the sessions are told to sync once there is one again. */
  readonly resyncAfterMs: number;
  /** How exactly call timeouts and windows are kept. */
  readonly sweepMs: number;
}

export const DEFAULT_LOGIC_POOL_OPTIONS = {
  ...DEFAULT_LOGIC_LINK_OPTIONS,
  maxCallsInFlight: 50_000,
  maxNodes: 256,
  discoveryMs: 1_000,
  resyncAfterMs: 3_000,
  sweepMs: 100,
} as const satisfies Partial<LogicPoolOptions>;

export interface LogicPoolDeps {
  readonly discovery: LogicDiscovery;
  readonly dialer: LogicDialer;
  readonly handlers: DownHandlers;
  readonly clock: Clock;
  readonly metrics: LinkMetrics;
  readonly callMetrics: CallMetrics;
  readonly logger: Logger;
  /** For tests; see LinkChannelDeps. */
  readonly defer?: (run: () => void) => void;
}

/** The connect end of all links: finds logic nodes, keeps one link to each, sends calls and hands pushes to the sessions. */
export class LogicPool implements LogicCalls {
  readonly #deps: LogicPoolDeps;
  readonly #options: LogicPoolOptions;
  readonly #calls: CallTable;
  readonly #readiness: LinkReadiness;
  /** By boot id, which is unique by itself. */
  readonly #links = new Map<string, LogicLink>();
  /** Boots that the last answered look-up listed. */
  #listed: ReadonlySet<string> | undefined;
  /** Listed boots that are known to be gone: their lease has not run out yet. */
  readonly #gone = new Set<string>();
  readonly #events: LogicLinkEvents;
  #timers: Timer[] = [];
  #looking = false;
  #lookAgain = false;
  #stopped = false;
  /** Monotonic time since when no logic node is attached; undefined while one is, and before the first. */
  #cutOffSince: number | undefined;
  #attached = 0;
  #lastCallId = 0;
  #spread = 0;

  constructor(
    deps: LogicPoolDeps,
    options: Pick<LogicPoolOptions, 'nodeId' | 'bootId'> & Partial<LogicPoolOptions>,
  ) {
    this.#deps = deps;
    this.#options = {
      ...DEFAULT_LOGIC_POOL_OPTIONS,
      ...options,
      limits: { ...DEFAULT_LOGIC_POOL_OPTIONS.limits, ...options.limits },
    };
    this.#calls = new CallTable({ clock: deps.clock, metrics: deps.callMetrics });
    this.#readiness = new LinkReadiness(deps.clock);
    this.#events = {
      onItem: (link, item) => this.#item(link, item),
      onChange: (link) => this.#changed(link),
      onAway: (link) => void this.#calls.failAll(link, 'logic node out of reach'),
      onReset: (link, reason, resync) => this.#linkReset(link, reason, resync),
      onGone: (link) => this.#linkGone(link),
    };
  }

  /** Starts looking for logic nodes; resolves at once, whatever is attached. */
  start(): void {
    const { clock } = this.#deps;
    this.#timers = [
      clock.every(this.#options.discoveryMs, () => void this.#look()),
      clock.every(this.#options.sweepMs, () => this.#sweep()),
    ];
    void this.#look();
  }

  /** Says goodbye to every logic node; calls in flight reject with UNAVAILABLE. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    for (const link of this.#links.values()) link.close('connect is stopping');
    this.#links.clear();
  }

  call(input: LogicCallInput): Promise<LogicReply> {
    if (this.#calls.size >= this.#options.maxCallsInFlight) {
      return this.#refuse('too many calls in flight (maxCallsInFlight)');
    }
    const link = this.#pick(input.key);
    if (link === undefined) return this.#refuse('no logic node attached');
    this.#lastCallId += 1;
    const callId = this.#lastCallId;
    if (!link.send(encodeCall(callId, input))) {
      this.#deps.metrics.overflow('full');
      return this.#refuse('link queue full');
    }
    return this.#calls.add(callId, link, input.timeoutMs);
  }

  attachedCount(): number {
    const now = this.#deps.clock.monotonic();
    let count = 0;
    for (const link of this.#links.values()) if (link.usable(now)) count += 1;
    return count;
  }

  readiness(): Readiness {
    return this.#readiness.read();
  }

  #refuse(reason: string): Promise<never> {
    this.#deps.callMetrics.observe('refused', 0);
    return Promise.reject(new DomainError('UNAVAILABLE', reason));
  }

  #pick(key: string): LogicLink | undefined {
    const now = this.#deps.clock.monotonic();
    const keyHash = key === '' ? (this.#spread = (this.#spread + 0x9e3779b9) >>> 0) : hashText(key);
    let best: LogicLink | undefined;
    let bestWeight = -1;
    for (const link of this.#links.values()) {
      if (!link.usable(now)) continue;
      const weight = rendezvousWeight(keyHash, link.nodeHash);
      if (weight <= bestWeight) continue;
      best = link;
      bestWeight = weight;
    }
    return best;
  }

  #item(link: LogicLink, bytes: Uint8Array): void {
    const { item } = DownItem.decode(bytes);
    try {
      if (item?.$case === 'reply') this.#calls.settle(item.value);
      else if (item?.$case === 'deliver') this.#deps.handlers.deliver(item.value);
      else if (item?.$case === 'largeDeliver') this.#deps.handlers.largeDeliver(item.value);
      else if (item?.$case === 'largeCrossing') this.#deps.handlers.largeCrossing(item.value);
      else if (item?.$case === 'kick') this.#deps.handlers.kick(item.value);
      else if (item?.$case === 'resync') this.#deps.handlers.resync(item.value);
    } catch (error) {
      // One session's defect must not break the link for all others.
      this.#deps.logger.error({ err: error, peer: link.node, item: item?.$case }, 'item failed');
    }
  }

  #changed(link: LogicLink): void {
    if (link.attached) this.#closeOlderBoots(link);
    else void this.#look();
    this.#assess();
  }

  /** A node id has one process at a time: with a new boot attached, the calls of an earlier one are not answered any more. */
  #closeOlderBoots(attached: LogicLink): void {
    for (const link of this.#links.values()) {
      if (link === attached || link.node.nodeId !== attached.node.nodeId || link.attached) continue;
      link.close('logic node restarted');
      this.#linkGone(link);
    }
  }

  #linkReset(link: LogicLink, reason: string, resync: boolean): void {
    const failed = this.#calls.failAll(link, reason);
    this.#deps.logger.warn({ peer: link.node, reason, failed, resync }, 'link reset');
    if (resync) this.#deps.handlers.resync({ sessions: [], reason });
  }

  #linkGone(link: LogicLink): void {
    this.#links.delete(link.node.bootId);
    this.#gone.add(link.node.bootId);
    void this.#look();
    this.#assess();
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      const nodes = await this.#deps.discovery.liveNodes();
      if (!this.#stopped) this.#apply(nodes);
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'looking for logic nodes failed');
    }
    this.#looking = false;
    if (!this.#lookAgain) return;
    this.#lookAgain = false;
    void this.#look();
  }

  #apply(nodes: readonly LogicNode[]): void {
    this.#listed = new Set(nodes.map((node) => node.bootId));
    for (const bootId of this.#gone) if (!this.#listed.has(bootId)) this.#gone.delete(bootId);
    for (const node of nodes) {
      if (this.#links.has(node.bootId) || this.#gone.has(node.bootId)) continue;
      if (this.#links.size >= this.#options.maxNodes) {
        this.#deps.logger.error({ peer: node }, 'too many logic nodes (maxNodes)');
        break;
      }
      const link = new LogicLink(this.#deps, this.#events, node, this.#options);
      this.#links.set(node.bootId, link);
      link.dial();
    }
    this.#assess();
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    this.#calls.sweep();
    for (const link of this.#links.values()) {
      link.tick(now);
      // A node that vanished from the directory is kept while its stream lives or may return.
      if (!link.idle || this.#listed === undefined || this.#listed.has(link.node.bootId)) continue;
      link.close('logic node left the directory');
      this.#links.delete(link.node.bootId);
    }
  }

  #assess(): void {
    let attached = 0;
    let missing = 0;
    for (const link of this.#links.values()) {
      if (link.attached) attached += 1;
      else if (this.#listed?.has(link.node.bootId)) missing += 1;
    }
    this.#readiness.update(attached, this.#listed === undefined ? undefined : missing);
    this.#noteCut(attached);
  }

  /**
   * What was committed while no logic node could reach this one waits in dispatch rows that come back later and later; the
   * sessions need not wait for them.
   */
  #noteCut(attached: number): void {
    const now = this.#deps.clock.monotonic();
    const wasAttached = this.#attached > 0;
    this.#attached = attached;
    if (attached === 0) {
      if (wasAttached) this.#cutOffSince = now;
      return;
    }
    const since = this.#cutOffSince;
    this.#cutOffSince = undefined;
    if (since === undefined || now - since < this.#options.resyncAfterMs) return;
    this.#deps.handlers.resync({ sessions: [], reason: 'cut off from logic' });
  }
}

function encodeCall(callId: number, input: LogicCallInput): Uint8Array {
  const { caller, method, body, timeoutMs, requestId } = input;
  const codec = input.codec === 'json' ? Codec.JSON : Codec.PROTO;
  const value = { callId, caller, method, body, codec, timeoutMs, requestId };
  return encodeMessage(UpItem, { item: { $case: 'call', value } });
}
