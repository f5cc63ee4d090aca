import { isVisible } from '@queqiao/domain';
import type { Clock, Logger } from '@queqiao/runtime';
import {
  conversationKey,
  type CommittedBatch,
  type CommittedEntry,
  type CommittedHead,
} from '../append/index.js';
import { ConversationOrder, type Turn } from './conversation-order.js';
import type { DeliveryMetrics } from './delivery-metrics.js';
import { DispatchTicket } from './dispatch-ticket.js';
import type { DeliveryLimits } from './limits.js';
import type { MemberCache } from './member-cache.js';
import type { HeadVersions, MemberList, StateBatch } from './ports.js';
import type { Push } from './push.js';
import { entryPayload, statePayload } from './push-payload.js';
import type { PushRouter } from './push-router.js';
import type { SettleBatcher } from './settle-batcher.js';

export interface FanOutDeps {
  readonly members: MemberCache;
  readonly router: PushRouter;
  readonly settler: SettleBatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
}

/** Entries with the version of the member list that each needs, and states, of one dispatch row. */
export interface FanOutJob extends StateBatch {
  readonly entries: readonly CommittedEntry[];
  /** What was seen of the heads, by conversationKey. */
  readonly versions: ReadonlyMap<string, HeadVersions>;
  /** Something of the row could not be read: push the rest and keep the row. */
  readonly incomplete?: boolean;
}

/** What a commit that was no batch of messages hands over. */
export interface CommittedChange extends StateBatch {
  readonly entries: readonly CommittedEntry[];
  readonly heads: readonly CommittedHead[];
}

/**
 * Pushes what is committed to all devices of those who may see it. Bounded: what comes while too many commits are in work is
 * left to the recovery, which finds its dispatch row.
 */
export class FanOut {
  readonly #deps: FanOutDeps;
  readonly #limits: Pick<DeliveryLimits, 'maxBatches'>;
  readonly #order = new ConversationOrder();
  #running = 0;
  #tickets = 0;
  #idle: (() => void)[] = [];

  constructor(deps: FanOutDeps, limits: Pick<DeliveryLimits, 'maxBatches'>) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** True: new commits are left to the recovery. */
  get saturated(): boolean {
    return this.#running >= this.#limits.maxBatches;
  }

  /** Pushes the entries of a commit. Call it right after, in the order of the commits. Returns at once, never throws. */
  afterCommit(batch: CommittedBatch): void {
    if (batch.entries.length === 0) return;
    const versions = versionsOf(batch.heads);
    this.run({ dispatchId: batch.dispatchId, entries: batch.entries, versions, states: [] });
  }

  /** Pushes entries and states of one commit. Returns at once and never throws. */
  pushChange({ dispatchId, entries, heads, states }: CommittedChange): void {
    const versions = versionsOf(heads);
    this.run({ dispatchId, entries, versions, states });
  }

  /** Shows members' own states to their devices. Call it right after the commit. Returns at once and never throws. */
  pushStates(batch: StateBatch): void {
    this.run({ ...batch, entries: [], versions: new Map() });
  }

  /** Returns at once and never throws. */
  run(job: FanOutJob): void {
    if (this.saturated) {
      this.#deps.metrics.overflows.inc();
      return;
    }
    this.#count(1);
    const turn = this.#order.enter(job.entries.map(conversationKey));
    const ticket = this.#ticket(job.dispatchId);
    if (job.incomplete) ticket.fail();
    void this.#push(job, ticket, turn)
      .catch((error: unknown) => {
        ticket.fail();
        const reason = error instanceof Error ? error.name : typeof error;
        this.#deps.logger.error({ reason }, 'fan-out failed');
      })
      .finally(() => {
        turn.end();
        ticket.seal();
        this.#count(-1);
      });
  }

  /** Resolves when nothing is in work and everything sent was acknowledged or given up. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#tickets === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #push(job: FanOutJob, ticket: DispatchTicket, turn: Turn): Promise<void> {
    const startedMs = this.#deps.clock.monotonic();
    const lists = await this.#memberLists(job, ticket);
    const pushes = [...this.#entryPushes(job, lists, ticket), ...this.#statePushes(job, ticket)];
    const routed = await this.#deps.router.route(pushes);
    if (turn.ready) await turn.ready;
    routed.send();
    this.#deps.metrics.fanOutSeconds.observe((this.#deps.clock.monotonic() - startedMs) / 1000);
  }

  /** Lists by conversation; one that cannot be read is left out, and the row stays. */
  async #memberLists(job: FanOutJob, ticket: DispatchTicket): Promise<Map<string, MemberList>> {
    const lists = new Map<string, MemberList>();
    const loads: Promise<void>[] = [];
    const lowest = new Map<string, CommittedEntry>();
    for (const entry of job.entries) {
      const key = conversationKey(entry);
      if (entry.seq < (lowest.get(key)?.seq ?? Number.POSITIVE_INFINITY)) lowest.set(key, entry);
    }
    for (const [key, entry] of lowest) {
      const head = job.versions.get(key);
      if (head === undefined) {
        // Without a version under lock no list is known to be new enough; the recovery reads one.
        ticket.fail();
        continue;
      }
      // Nodes know who of a large group is where: its members are never read here.
      if (head.mode === 'subscribed') continue;
      const need = { version: head.memberVersion, fromSeq: entry.seq };
      const cached = this.#deps.members.peek(entry, need);
      if (cached) lists.set(key, cached);
      else loads.push(this.#load(key, entry, need, lists, ticket));
    }
    if (loads.length > 0) await Promise.all(loads);
    return lists;
  }

  async #load(
    key: string,
    entry: CommittedEntry,
    need: { version: number; fromSeq: number },
    lists: Map<string, MemberList>,
    ticket: DispatchTicket,
  ): Promise<void> {
    try {
      const list = await this.#deps.members.get(entry, need);
      if (list) lists.set(key, list);
    } catch {
      this.#deps.metrics.failures.inc({ cause: 'members' });
      ticket.fail();
    }
  }

  #entryPushes(job: FanOutJob, lists: Map<string, MemberList>, ticket: DispatchTicket): Push[] {
    return job.entries.flatMap((entry) => {
      const payload = entryPayload(entry);
      const head = job.versions.get(conversationKey(entry));
      const list = lists.get(conversationKey(entry));
      const { appId, conversationId, seq, origin } = entry;
      const pushes: Push[] = [];
      if (list) {
        const users = list.members
          .filter((member) => isVisible(member, seq))
          .map(({ userId }) => ({ appId, userId }));
        pushes.push({ payload, users, origin, ticket });
      }
      if (head && head.mode !== 'routed') {
        const large = { appId, conversationId, seq, leaveVersion: head.leaveVersion };
        pushes.push({ payload, users: [], origin, ticket, large });
      }
      return pushes;
    });
  }

  #statePushes(job: FanOutJob, ticket: DispatchTicket): Push[] {
    return job.states.map((state) => {
      const { appId, userId, large, view } = state;
      const { origin } = job;
      const { conversationId } = view;
      const joins = large && { appId, userId, conversationId, ...large };
      return { payload: statePayload(state), users: [{ appId, userId }], origin, ticket, joins };
    });
  }

  #ticket(dispatchId: string | null): DispatchTicket {
    const { metrics, settler } = this.#deps;
    this.#tickets += 1;
    metrics.outstanding.inc();
    return new DispatchTicket((kept) => {
      this.#tickets -= 1;
      metrics.outstanding.dec();
      if (!kept && dispatchId !== null) settler.add(dispatchId);
      this.#wakeIdle();
    });
  }

  #count(by: 1 | -1): void {
    this.#running += by;
    this.#deps.metrics.batches.inc(by);
    this.#wakeIdle();
  }

  #wakeIdle(): void {
    if (this.#running > 0 || this.#tickets > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function versionsOf(heads: readonly CommittedHead[]): Map<string, HeadVersions> {
  return new Map(heads.map((head) => [conversationKey(head), head]));
}
