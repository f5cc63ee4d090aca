import type { Clock, Logger, Registry, Timer } from '@queqiao/runtime';
import type { EventBell } from '../usecase/event/ports.js';
import { WEBHOOK_NODE_MAX_BYTES, WEBHOOK_NODE_MAX_REQUESTS } from './limits.js';
import { chooseOwner } from './owner-choice.js';
import type {
  EventSender,
  HeldWebhook,
  Survey,
  Target,
  WebhookEvents,
  WebhookKey,
  WebhookOwners,
  WebhookRows,
} from './ports.js';
import { RequestSlots } from './request-slots.js';
import { webhookMetrics } from './webhook-metrics.js';
import { WebhookRunner } from './webhook-runner.js';

/** How often a node says that it is there, and looks which webhooks are its own and which have something to send. */
const TICK_MS = 1_000;
/** A node that has said nothing for so long is gone: others take its webhooks over. */
export const WEBHOOK_LEASE_MS = 5_000;

/** Webhooks that a node takes over between saying twice that it is there. */
export const WEBHOOK_MAX_CLAIMS = 200;

export interface WebhookPumpDeps {
  readonly rows: WebhookRows & WebhookOwners;
  readonly events: WebhookEvents;
  readonly sender: EventSender;
  readonly open: (key: WebhookKey, held: HeldWebhook) => Promise<Target>;
  readonly bell: EventBell;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * The webhooks that this node sends. Nodes agree on whose a webhook is without talking; that two take it for their own for a moment
 * makes duplicates, but never a first delivery out of order, as each begins with what is not delivered.
 */
export class WebhookPump {
  readonly #metrics: ReturnType<typeof webhookMetrics>;
  readonly #runners = new Map<string, WebhookRunner>();
  readonly #slots = new RequestSlots(WEBHOOK_NODE_MAX_REQUESTS);
  readonly #owner: string;
  readonly #endings = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #ticking: Promise<void> | undefined;
  /** The database's time less that of our clock, which only measures. */
  #offsetMs = 0;
  #logEpoch: number | undefined;
  /** When the others take this node for gone, unless it says something before; by our own clock. */
  #heldUntilMs = -Infinity;

  constructor(
    private readonly deps: WebhookPumpDeps,
    private readonly node: { readonly nodeId: string; readonly bootId: string },
  ) {
    this.#owner = `${node.nodeId}:${node.bootId}`;
    this.#metrics = webhookMetrics(deps.registry);
  }

  start(): void {
    const tick = (): void => {
      // A slow look makes the next ones wait rather than pile up.
      this.#ticking ??= this.#tick().finally(() => (this.#ticking = undefined));
    };
    this.#timer ??= this.deps.clock.every(TICK_MS, tick);
    tick();
  }

  /** Resolves when every webhook is written down, and free for others. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#ticking;
    for (const [id, runner] of this.#runners) this.#letGo(id, runner);
    await Promise.all(this.#endings);
    await this.#tried('a node could not say that it goes', () => this.deps.rows.leave(this.node));
  }

  async #tick(): Promise<void> {
    await this.#tried('webhooks could not be looked for', async () => {
      const { rows, clock } = this.deps;
      const begunMs = clock.monotonic();
      await rows.renew(this.node, WEBHOOK_LEASE_MS);
      this.#heldUntilMs = begunMs + WEBHOOK_LEASE_MS;
      const survey = await rows.survey();
      this.#offsetMs = survey.nowMs - clock.monotonic();
      await this.#beginAnew(survey);
      await this.#take(survey);
      this.#measure(survey);
    });
  }

  /** After a restore webhooks are where the database has them, and events have other names. */
  async #beginAnew({ logEpoch }: Survey): Promise<void> {
    const before = this.#logEpoch;
    this.#logEpoch = logEpoch;
    if (before === undefined || before === logEpoch) return;
    for (const [id, runner] of this.#runners) {
      runner.forget();
      this.#letGo(id, runner);
    }
    await Promise.all(this.#endings);
  }

  async #take({ webhooks, owners }: Survey): Promise<void> {
    const wanted = new Set<string>();
    let claims = 0;
    for (const { appId, webhookId, owner, revision, newest } of webhooks) {
      const id = `${appId} ${webhookId}`;
      if (chooseOwner(id, owners) !== this.#owner) continue;
      wanted.add(id);
      const runner = this.#runners.get(id);
      if (runner !== undefined) {
        if (runner.revision !== revision) runner.reload();
        runner.heard(newest);
      } else if ((owner === this.#owner || !owners.has(owner)) && claims < WEBHOOK_MAX_CLAIMS) {
        claims += 1;
        await this.#claim(id, { appId, webhookId }, owner);
      }
    }
    for (const [id, runner] of this.#runners) if (!wanted.has(id)) this.#letGo(id, runner);
  }

  async #claim(id: string, key: WebhookKey, from: string): Promise<void> {
    const { rows, bell, registry: _, ...deps } = this.deps;
    if (this.#timer === undefined || !(await rows.claim(key, this.#owner, from))) return;
    const slots = this.#slots.of(key.appId);
    const shared = { ...deps, rows, slots, metrics: this.#metrics };
    const runner: WebhookRunner = new WebhookRunner(
      key,
      this.#owner,
      {
        ...shared,
        ear: bell.listen(key.appId),
        mayBegin: () => deps.clock.monotonic() < this.#heldUntilMs,
        hasRoom: () => this.#bytes() < WEBHOOK_NODE_MAX_BYTES,
        nowMs: () => Math.floor(deps.clock.monotonic() + this.#offsetMs),
      },
      () => this.#letGo(id, runner),
    );
    this.#runners.set(id, runner);
    runner.start();
  }

  /** Another node may have it as soon as it is written down. */
  #letGo(id: string, runner: WebhookRunner): void {
    if (this.#runners.get(id) !== runner) return;
    this.#runners.delete(id);
    const ending = this.#tried('a webhook could not be let go', async () => {
      await runner.stop();
      await this.deps.rows.release(runner.key, this.#owner);
    }).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  #bytes(): number {
    let bytes = 0;
    for (const { state } of this.#runners.values()) bytes += state.bytes;
    return bytes;
  }

  #measure({ webhooks }: Survey): void {
    const newest = new Map(
      webhooks.map((each) => [`${each.appId} ${each.webhookId}`, each.newest]),
    );
    const sums = { bytes: 0, waits: 0, away: 0, unsigned: 0, pending: 0 };
    for (const [id, { state }] of this.#runners) {
      sums.bytes += state.bytes;
      sums.waits += state.waits;
      sums.away += Number(state.isAway);
      sums.unsigned += Number(state.isUnsigned);
      sums.pending += Math.max(0, (newest.get(id) ?? 0) - (state.position ?? Infinity));
    }
    const { owned, requests, held, bytes, waits, away, unsigned, pending } = this.#metrics;
    owned.set(this.#runners.size);
    requests.set(this.#slots.taken);
    held.set(this.#slots.waiting);
    bytes.set(sums.bytes);
    waits.set(sums.waits);
    away.set(sums.away);
    unsigned.set(sums.unsigned);
    pending.set(sums.pending);
  }

  async #tried(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#metrics.failures.inc();
      const reason = error instanceof Error ? error.name : typeof error;
      this.deps.logger.warn({ reason }, what);
    }
  }
}
