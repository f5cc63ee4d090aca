import {
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
  type MemberState,
} from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import { merged, type MemberOperation } from '../replica/member-operation.js';
import type { Persistence } from '../replica/persistence.js';
import type { Replica } from '../replica/replica.js';
import type { StoredOperations } from '../replica/replica-store.js';
import { quiet } from './outbox.js';
import { turnOver, type SessionTurn } from './session-turn.js';

interface Waiting {
  operation: MemberOperation;
  sent: boolean;
  readonly waiters: { resolve(): void; reject(error: QueqiaoError): void }[];
}

export interface MemberOperationsDeps {
  readonly replica: Replica;
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly persistence: Persistence;
  readonly newBackoff: () => Backoff;
}

/**
 * Read cursors, settings, clearing and hiding on their way to the server: shown as done at once, in order within a
 * conversation, one at a time, repeated until answered. What follows the same kind and was not sent yet is sent with it.
 */
export class MemberOperations {
  readonly #queues = new Map<string, Waiting[]>();
  readonly #busy = new Map<string, SessionTurn>();
  #turn: SessionTurn | undefined;

  constructor(private readonly deps: MemberOperationsDeps) {}

  get size(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** What is on its way in a conversation, in order. */
  of(conversationId: string): MemberOperation[] {
    return (this.#queues.get(conversationId) ?? []).map(({ operation }) => operation);
  }

  /** @param again the store was read before: what is in memory is what it was told, or newer. Else it came after. */
  restore(stored: readonly StoredOperations[], again: boolean): void {
    for (const { conversationId, operations } of stored) {
      const queue = this.#queues.get(conversationId) ?? [];
      if (again && queue.length > 0) continue;
      // They may have been sent before the store was read.
      const restored = operations.map((operation) => ({ operation, sent: true, waiters: [] }));
      this.#queues.set(conversationId, [...restored, ...queue]);
    }
  }

  /** Resolves when the server has it; rejects when it is refused, or when the client ends before that. */
  add(conversationId: string, operation: MemberOperation): Promise<void> {
    const queue = this.#queues.get(conversationId) ?? [];
    const tail = queue.at(-1);
    const together = tail?.sent === false ? merged(tail.operation, operation) : undefined;
    let waiting: Waiting;
    if (tail !== undefined && together !== undefined) {
      tail.operation = together;
      waiting = tail;
    } else {
      const { size } = this;
      if (size >= this.deps.limits.maxMemberOperations) {
        const field = 'maxMemberOperations';
        const message = `${size} changes are on their way`;
        return quiet(Promise.reject(new QueqiaoError('LIMIT_EXCEEDED', message, { field })));
      }
      waiting = { operation, sent: false, waiters: [] };
      queue.push(waiting);
      this.#queues.set(conversationId, queue);
    }
    const done = new Promise<void>((resolve, reject) => waiting.waiters.push({ resolve, reject }));
    this.#changed(conversationId, operation);
    void this.#drain(conversationId);
    return quiet(done);
  }

  begin(turn: SessionTurn): void {
    this.#turn = turn;
    for (const id of this.#queues.keys()) void this.#drain(id);
  }

  /** The client ends: nobody should wait. The operations stay for the next session. */
  abandon(): void {
    for (const queue of this.#queues.values()) {
      for (const { waiters } of queue) for (const one of waiters.splice(0)) one.reject(turnOver());
    }
  }

  /** The log was discarded: seqs mean nothing any more, settings do. */
  forgetSeqs(): void {
    for (const [id, queue] of this.#queues) {
      const kept = queue.filter((waiting) => {
        const { operation, waiters } = waiting;
        if (operation.kind === 'settings') waiting.operation = { ...operation, throughSeq: 0 };
        else for (const one of waiters) one.reject(turnOver());
        return operation.kind === 'settings';
      });
      this.#keep(id, kept);
    }
  }

  /** Another user: these are not theirs. */
  clear(): void {
    this.abandon();
    this.#queues.clear();
  }

  /** Everything, for a store that begins anew. */
  persistAll(): void {
    for (const id of this.#queues.keys()) this.#persist(id);
  }

  async #drain(id: string): Promise<void> {
    const turn = this.#turn;
    if (turn?.alive !== true || this.#busy.get(id) === turn) return;
    this.#busy.set(id, turn);
    const backoff = this.deps.newBackoff();
    for (let next = this.#queues.get(id)?.[0]; next; next = this.#queues.get(id)?.[0]) {
      const delayMs = await this.#send(id, next, backoff);
      if (delayMs !== undefined) await turn.sleep(this.deps.clock, delayMs);
      if (!turn.alive) return;
    }
    this.#busy.delete(id);
  }

  /** Milliseconds until the next attempt; undefined when the answer is definitive. */
  async #send(id: string, waiting: Waiting, backoff: Backoff): Promise<number | undefined> {
    waiting.sent = true;
    try {
      const member = await this.#call(id, waiting.operation);
      backoff.reset();
      const known = this.#remove(id, waiting);
      if (known && member !== undefined) this.deps.replica.applyMember(member);
      if (known && waiting.operation.kind === 'read') {
        this.deps.replica.get(id)?.noteMarked(waiting.operation.seq);
      }
      for (const one of waiting.waiters.splice(0)) one.resolve();
      this.#changed(id, waiting.operation);
      return undefined;
    } catch (failure) {
      const error = asQueqiaoError(failure);
      if (error.retryable) return Math.max(error.retryAfterMs, backoff.next());
      this.#remove(id, waiting);
      for (const one of waiting.waiters.splice(0)) one.reject(error);
      this.#changed(id, waiting.operation);
      return undefined;
    }
  }

  async #call(
    conversationId: string,
    operation: MemberOperation,
  ): Promise<MemberState | undefined> {
    const { call } = this.deps;
    const options = { thisSessionOnly: true };
    switch (operation.kind) {
      case 'read': {
        const request = { conversationId, seq: operation.seq };
        return (await call(Conversations, 'markRead', request, options)).member;
      }
      case 'settings': {
        const { patch, requestId: clientRequestId } = operation;
        const throughSeq = patch.hidden === true ? operation.throughSeq : 0;
        const request = { conversationId, ...patch, throughSeq, clientRequestId };
        return (await call(Conversations, 'updateSettings', request, options)).member;
      }
      case 'clear': {
        const request = { conversationId, throughSeq: operation.throughSeq };
        return (await call(Conversations, 'clearHistory', request, options)).member;
      }
      case 'hide': {
        const request = { conversationId, seqs: [...operation.seqs] };
        return (await call(Messages, 'deleteForMe', request, options)).member;
      }
    }
  }

  #remove(id: string, waiting: Waiting): boolean {
    const queue = this.#queues.get(id) ?? [];
    if (!queue.includes(waiting)) return false;
    this.#keep(
      id,
      queue.filter((one) => one !== waiting),
    );
    return true;
  }

  #keep(id: string, queue: Waiting[]): void {
    if (queue.length === 0) this.#queues.delete(id);
    else this.#queues.set(id, queue);
    this.#persist(id);
  }

  #changed(id: string, operation: MemberOperation): void {
    this.#persist(id);
    const { replica } = this.deps;
    replica.pendingChanged(id, []);
    if (operation.kind === 'hide') replica.pendingChanged(id, operation.seqs);
    if (operation.kind === 'clear') replica.pendingChanged(id, [operation.throughSeq]);
  }

  #persist(id: string): void {
    const operations = this.of(id);
    this.deps.persistence.change((change) => change.operations.set(id, operations));
  }
}
