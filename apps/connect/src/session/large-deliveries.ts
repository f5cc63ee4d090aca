import type { LargeDeliver } from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { LargeSet } from './large-set.js';
import type { LogicCaller } from './logic-caller.js';
import type { Outboxes } from './outbox.js';
import type { SessionMetrics } from './session-metrics.js';

/** Entries of one group that wait until it is known who has left. */
export const MAX_WAITING_ENTRIES = 1_000;
/** Questions in a row without an answer, after which the group is taken in anew. */
const MAX_ATTEMPTS = 5;
const RETRY_MS = 200;

export interface LargeDeliveriesDeps {
  readonly logic: LogicCaller;
  readonly outboxes: Outboxes;
  readonly clock: Clock;
  readonly metrics: SessionMetrics;
}

export interface LargeChanges {
  forget(set: LargeSet, userId: string): void;
  /** Nothing that waits is delivered any more: the sessions sync instead. */
  reload(set: LargeSet): void;
}

interface Work {
  readonly waiting: LargeDeliver[];
  asking: Promise<void> | undefined;
  draining: boolean;
}

/**
 * Entries of large groups on their way to sessions, in order. One that was sent after a leave which this node has not heard of
 * waits, and all behind it, until the leavers are known and gone.
 */
export class LargeDeliveries {
  readonly #work = new WeakMap<LargeSet, Work>();

  constructor(
    private readonly deps: LargeDeliveriesDeps,
    private readonly changes: LargeChanges,
  ) {}

  add(set: LargeSet, item: LargeDeliver): void {
    const work = this.#workOf(set);
    if (work.waiting.length === 0 && !work.draining && item.leaveVersion <= set.version) {
      this.#write(set, item);
      return;
    }
    if (work.waiting.length >= MAX_WAITING_ENTRIES) {
      this.#giveUp(set, work, 'waiting');
      return;
    }
    work.waiting.push(item);
    if (!work.draining) void this.#drain(set, work);
  }

  /** Learns who left since the version that the set knows, and removes them. Questions of one set share an answer. */
  catchUp(set: LargeSet): Promise<void> {
    const work = this.#workOf(set);
    work.asking ??= this.#ask(set, work).finally(() => (work.asking = undefined));
    return work.asking;
  }

  async #drain(set: LargeSet, work: Work): Promise<void> {
    work.draining = true;
    for (let item = work.waiting[0]; item !== undefined; item = work.waiting[0]) {
      if (item.leaveVersion > set.version) {
        await this.catchUp(set);
        // Given up meanwhile, or not there yet: look again.
        continue;
      }
      work.waiting.shift();
      this.#write(set, item);
    }
    work.draining = false;
  }

  async #ask(set: LargeSet, work: Work): Promise<void> {
    const { appId, conversationId } = set;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const sinceVersion = set.version;
      const answer = await this.deps.logic.largeLeavers({ appId, conversationId, sinceVersion });
      this.deps.metrics.largeQuestions.inc({ outcome: 'value' in answer ? 'answered' : 'failed' });
      if ('value' in answer) {
        const { leaveVersion, leavers, tooOld } = answer.value;
        if (tooOld) break;
        set.advance(leaveVersion, leavers);
        for (const { userId } of leavers) this.changes.forget(set, userId);
        return;
      }
      await this.deps.clock.sleep(RETRY_MS * attempt);
    }
    this.#giveUp(set, work, 'leavers');
  }

  #giveUp(set: LargeSet, work: Work, reason: 'waiting' | 'leavers'): void {
    this.deps.metrics.largeReloads.inc({ reason });
    work.waiting.length = 0;
    this.changes.reload(set);
  }

  #write(set: LargeSet, { seq, protoFrame, jsonItem, exceptSession }: LargeDeliver): void {
    for (const [session, joinedSeq] of set.sessions) {
      if (joinedSeq >= seq || session.number === exceptSession) continue;
      if (session.state !== 'connected') continue;
      const payload = session.socket.codec.name === 'proto' ? protoFrame : jsonItem;
      this.deps.outboxes.push(session, payload);
    }
  }

  #workOf(set: LargeSet): Work {
    const known = this.#work.get(set);
    if (known !== undefined) return known;
    const work = { waiting: [], asking: undefined, draining: false };
    this.#work.set(set, work);
    return work;
  }
}
