import { DownItem } from '@queqiao/protocol/link';
import { gaugeIn, type Clock, type Logger, type Registry, type Timer } from '@queqiao/runtime';
import type { ConversationKey } from '../append/index.js';
import { nodeKey } from './lease-check.js';
import type { NodeLink, NodeRef, RouteReader } from './ports.js';

/** How often the groups on their way are looked at. */
const TICK_MS = 1_000;
/** Steps of LARGE_FILL_ROWS members that one look takes for one group. */
export const CROSSING_STEPS = 40;

export interface CrossingRows {
  crossings(): Promise<readonly (ConversationKey & { readonly filled: boolean })[]>;
  /** True when all members have their rows. */
  fillNext(key: ConversationKey): Promise<boolean>;
  confirmed(key: ConversationKey): Promise<readonly NodeRef[]>;
  finish(key: ConversationKey): Promise<void>;
}

export interface LargeCrossingsDeps {
  readonly rows: CrossingRows;
  readonly link: NodeLink;
  readonly routes: Pick<RouteReader, 'liveNodes'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Takes groups that have grown beyond the threshold from routed to subscribed. Until every live connect node has its sessions
 * in the group, its messages go both ways, so nobody misses one. Any logic node does this, and it does no harm when two do.
 */
export class LargeCrossings {
  readonly #deps: LargeCrossingsDeps;
  readonly #open;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: LargeCrossingsDeps) {
    this.#deps = deps;
    this.#open = gaugeIn(deps.registry, {
      name: 'queqiao_large_crossings',
      help: 'Groups on their way to be large, as this node saw them last',
    });
  }

  start(): void {
    this.#timer ??= this.#deps.clock.every(TICK_MS, () => {
      this.#running ??= this.tick().finally(() => (this.#running = undefined));
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  /** One look at all groups on their way. Never rejects: what fails is tried at the next one. */
  async tick(): Promise<void> {
    const { rows, logger } = this.#deps;
    try {
      const crossings = await rows.crossings();
      this.#open.set(crossings.length);
      for (const crossing of crossings) await this.#advance(crossing, crossing.filled);
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error;
      logger.warn({ reason }, 'a group could not be taken further on its way to be large');
    }
  }

  async #advance({ appId, conversationId }: ConversationKey, wasFilled: boolean): Promise<void> {
    const { rows, link, logger } = this.#deps;
    const key = { appId, conversationId };
    let filled = wasFilled;
    for (let step = 0; step < CROSSING_STEPS && !filled; step += 1)
      filled = await rows.fillNext(key);
    if (!filled) return;
    const confirmed = new Set((await rows.confirmed(key)).map(nodeKey));
    const attached = link.attached();
    const missing = attached.filter((node) => !confirmed.has(nodeKey(node)));
    for (const node of missing) this.#ask(node, key);
    if (missing.length > 0 || !(await this.#allLive(confirmed))) return;
    await rows.finish(key);
    logger.info({ nodes: confirmed.size }, 'a group has become large');
  }

  /** A node that is alive and not attached here is asked by others, or once it is. */
  async #allLive(confirmed: ReadonlySet<string>): Promise<boolean> {
    const live = await this.#deps.routes.liveNodes('connect');
    return live.every((node) => confirmed.has(nodeKey(node)));
  }

  /** Asked again with every look until it has confirmed. */
  #ask(node: NodeRef, value: ConversationKey): void {
    const item = DownItem.encode({ item: { $case: 'largeCrossing', value } }).finish();
    this.#deps.link.send(node, item, () => undefined);
  }
}
