import { parseConversationId } from '@queqiao/domain';
import type { DeliveredAck } from '@queqiao/protocol/link';
import type { Clock, Timer } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { SessionMetrics } from './session-metrics.js';

/** Acks of one user and conversation leave at most once in this time. */
export const ACK_FLUSH_MS = 1_000;
/** Acks that wait, over all sessions; more are dropped, and what they said is said by the next ack of the conversation. */
export const MAX_PENDING_ACKS = 50_000;
/** Conversations of one user that wait; a device that acks more in a second loses the rest. */
export const MAX_PENDING_ACKS_PER_USER = 500;
/** Acks of one call. */
export const ACKS_PER_CALL = 500;
/** Calls in flight; what they leave waits for the next flush. */
export const MAX_ACK_CALLS = 4;

export interface AckedUser {
  readonly appId: string;
  readonly userId: string;
}

/** What waits of one user: the highest seq of each conversation. */
interface Pending extends AckedUser {
  readonly seqs: Map<string, number>;
}

/**
 * What devices say they have stored, put together before it goes to logic. Greatest wins, so that acks may be merged, sent
 * twice and come late; those of a failed call are sent again.
 */
export class DeliveredAcks {
  readonly #users = new Map<string, Pending>();
  #size = 0;
  #calls = 0;
  #round = 0;
  #timer: Timer | undefined;

  constructor(
    private readonly deps: {
      readonly clock: Clock;
      readonly logic: Pick<LogicCaller, 'ackDelivered'>;
      readonly metrics: SessionMetrics;
    },
  ) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(ACK_FLUSH_MS, () => this.#flush());
  }

  /** What waits is given up. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  add(user: AckedUser, conversationId: string, seq: number): void {
    if (seq < 1 || !isConversation(conversationId)) {
      this.deps.metrics.droppedAcks.inc({ reason: 'invalid' });
      return;
    }
    const key = `${user.appId} ${user.userId}`;
    const seqs = this.#users.get(key)?.seqs;
    const before = seqs?.get(conversationId);
    const full = this.#size >= MAX_PENDING_ACKS || (seqs?.size ?? 0) >= MAX_PENDING_ACKS_PER_USER;
    if (before === undefined && full) {
      this.deps.metrics.droppedAcks.inc({ reason: 'full' });
      return;
    }
    if (before !== undefined && before >= seq) return;
    if (before === undefined) this.#resize(1);
    if (seqs !== undefined) seqs.set(conversationId, seq);
    else {
      const { appId, userId } = user;
      this.#users.set(key, { appId, userId, seqs: new Map([[conversationId, seq]]) });
    }
  }

  #flush(): void {
    while (this.#size > 0 && this.#calls < MAX_ACK_CALLS) void this.#send(this.#take());
  }

  #take(): DeliveredAck[] {
    const acks: DeliveredAck[] = [];
    for (const [key, { appId, userId, seqs }] of this.#users) {
      for (const [conversationId, seq] of seqs) {
        if (acks.length >= ACKS_PER_CALL) return this.#taken(acks);
        acks.push({ appId, userId, conversationId, seq });
        seqs.delete(conversationId);
      }
      this.#users.delete(key);
    }
    return this.#taken(acks);
  }

  #taken(acks: DeliveredAck[]): DeliveredAck[] {
    this.#resize(-acks.length);
    return acks;
  }

  async #send(acks: DeliveredAck[]): Promise<void> {
    this.#calls += 1;
    this.#round += 1;
    // Any node can do it; the number spreads the calls.
    const answer = await this.deps.logic.ackDelivered(`acks-${this.#round}`, { acks });
    this.#calls -= 1;
    if (!('error' in answer)) return;
    this.deps.metrics.failedAckCalls.inc();
    for (const ack of acks) this.add(ack, ack.conversationId, ack.seq);
  }

  #resize(by: number): void {
    this.#size += by;
    this.deps.metrics.pendingAcks.set(this.#size);
  }
}

function isConversation(conversationId: string): boolean {
  try {
    parseConversationId(conversationId);
    return true;
  } catch {
    return false;
  }
}
