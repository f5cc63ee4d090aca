import { Entry, Sender_Kind, type Content } from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import { changeOf } from '../replica/change.js';
import type { Persistence } from '../replica/persistence.js';
import type { StoredSend } from '../replica/replica-store.js';
import {
  isStoredAsWritten,
  writeEntry,
  type OutgoingMessage,
  type Place,
} from './message-request.js';
import { turnOver, type SessionTurn } from './session-turn.js';

/**
 * A message that was written on this device, or a change that was made to one: then the content is that of the change's entry.
 * Each event and each look gives a new snapshot.
 */
export interface LocalMessage extends OutgoingMessage {
  /** When it was written, by this device's clock. */
  readonly createdMs: number;
  /**
   * `sent`: durably stored under `seq`. `failed`: certainly not stored; `retrySend` or `discardSend` a message, while a change
   * that was refused is gone.
   */
  readonly state: 'pending' | 'sent' | 'failed';
  readonly seq: number | undefined;
  readonly error: QueqiaoError | undefined;
}

export interface SendReceipt {
  readonly conversationId: string;
  readonly clientMsgId: string;
  /** 0 for a change that changed nothing: it was there already. */
  readonly seq: number;
}

export interface OutboxDeps {
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly persistence: Persistence;
  readonly newBackoff: () => Backoff;
  readonly userId: () => string;
  readonly onChange: (message: LocalMessage) => void;
  /**
   * A reply names the entry that the session which sent it is not told of otherwise. Returns false when this device already
   * is past it, so that it will not be surfaced again.
   */
  readonly onStored: (entry: Entry) => boolean;
  /** As above, for an entry whose exact content only the log knows. */
  readonly onExpected: (conversationId: string, seq: number) => boolean;
  /** Something that is done to these messages is on its way, or no longer. */
  readonly onPendingChange: (conversationId: string, targetSeqs: readonly number[]) => void;
}

interface Draft {
  message: LocalMessage;
  readonly waiters: { resolve(receipt: SendReceipt): void; reject(error: QueqiaoError): void }[];
}

/**
 * Messages and changes of messages until the server has definitively answered them: in order within a conversation, one at a
 * time, always under the same client_msg_id, over any number of sessions.
 */
export class Outbox {
  /** By conversation; the order of the inner map is the order of sending. */
  readonly #queues = new Map<string, Map<string, Draft>>();
  readonly #busy = new Map<string, SessionTurn>();
  #turn: SessionTurn | undefined;
  #size = 0;

  constructor(private readonly deps: OutboxDeps) {}

  get size(): number {
    return this.#size;
  }

  list(conversationId?: string): LocalMessage[] {
    const queues =
      conversationId === undefined
        ? [...this.#queues.values()]
        : [this.#queues.get(conversationId) ?? new Map<string, Draft>()];
    return queues.flatMap((queue) => [...queue.values()].map(({ message }) => message));
  }

  /** What is done to messages of a conversation and was not surfaced yet, in order. */
  changes(conversationId: string): Content[] {
    const drafts = [...(this.#queues.get(conversationId)?.values() ?? [])];
    const going = drafts.filter(({ message }) => message.state !== 'failed');
    return going.map(({ message }) => message.content).filter((content) => changeOf(content));
  }

  /** What was stored comes before what was written since. */
  restore(sends: readonly StoredSend[]): void {
    const since = this.#drafts();
    const known = new Set(since.map(({ message }) => keyOf(message)));
    this.#queues.clear();
    this.#size = 0;
    for (const { failed, ...send } of sends) {
      if (known.has(keyOf(send))) continue;
      const state = failed ? 'failed' : 'pending';
      this.#add({ message: { ...send, state, seq: undefined, error: undefined }, waiters: [] });
    }
    for (const draft of since) this.#add(draft);
  }

  /** Resolves when the message is stored; rejects when it is refused, or when the client ends before that. */
  add(outgoing: OutgoingMessage): Promise<SendReceipt> {
    const { conversationId, clientMsgId } = outgoing;
    if (this.#size >= this.deps.limits.maxOutboxMessages) {
      const message = `${this.#size} messages are waiting to be sent`;
      return rejected(new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxOutboxMessages' }));
    }
    if (this.#queues.get(conversationId)?.has(clientMsgId) === true) {
      const message = 'this message is in the outbox already';
      return rejected(new QueqiaoError('ALREADY_EXISTS', message, { field: 'client_msg_id' }));
    }
    const createdMs = this.deps.clock.now();
    const draft: Draft = {
      message: { ...outgoing, createdMs, state: 'pending', seq: undefined, error: undefined },
      waiters: [],
    };
    this.#add(draft);
    this.#changed(draft, {});
    const receipt = this.#wait(draft);
    void this.#drain(conversationId);
    return receipt;
  }

  /** Sends a failed message again, under the same id. */
  retry(conversationId: string, clientMsgId: string): Promise<SendReceipt> {
    const draft = this.#queues.get(conversationId)?.get(clientMsgId);
    if (draft?.message.state !== 'failed') return rejected(notFound());
    this.#changed(draft, { state: 'pending', error: undefined });
    const receipt = this.#wait(draft);
    void this.#drain(conversationId);
    return receipt;
  }

  /** Takes a failed message out; false when there is none. One that may have been stored cannot be taken back. */
  discard(conversationId: string, clientMsgId: string): boolean {
    const draft = this.#queues.get(conversationId)?.get(clientMsgId);
    if (draft?.message.state !== 'failed') return false;
    this.#remove(draft);
    return true;
  }

  /** Tells listeners of everything that is here, as after a restore. */
  announce(): void {
    for (const { message } of this.#drafts()) this.deps.onChange(message);
  }

  /** Everything that is not stored elsewhere, for a store that begins anew. */
  persistAll(): void {
    for (const { message } of this.#drafts()) if (message.state !== 'sent') this.#persist(message);
  }

  begin(turn: SessionTurn): void {
    this.#turn = turn;
    for (const conversationId of this.#queues.keys()) void this.#drain(conversationId);
  }

  /** The client ends: nobody should wait for what only the next `start` can bring. The messages stay. */
  abandon(): void {
    for (const { message, waiters } of this.#drafts()) {
      if (message.state === 'pending') for (const one of waiters.splice(0)) one.reject(turnOver());
    }
  }

  /** The log was discarded: what was stored in it is not surfaced again by itself. */
  forgetSent(): void {
    for (const draft of this.#drafts()) if (draft.message.state === 'sent') this.#remove(draft);
  }

  /** Another user: these messages are not theirs. */
  clear(): void {
    this.abandon();
    this.#queues.clear();
    this.#size = 0;
  }

  /** The log is past `high`: what was stored up to there and not surfaced was cleared by the user meanwhile. */
  passed(conversationId: string, high: number): void {
    for (const draft of this.#queues.get(conversationId)?.values() ?? []) {
      const { state, seq = 0 } = draft.message;
      if (state === 'sent' && seq <= high) this.#remove(draft);
    }
  }

  /** An entry was surfaced: if it is one of these, that settles it, also when its reply was lost. */
  surfaced(entry: Entry): void {
    const draft = this.#queues.get(entry.conversationId)?.get(entry.clientMsgId);
    if (draft === undefined) return;
    if (draft.message.state !== 'sent') this.#succeed(draft, entry.seq);
    this.#remove(draft);
  }

  async #drain(conversationId: string): Promise<void> {
    const turn = this.#turn;
    if (turn?.alive !== true || this.#busy.get(conversationId) === turn) return;
    this.#busy.set(conversationId, turn);
    const backoff = this.deps.newBackoff();
    for (let draft = this.#next(conversationId); draft; draft = this.#next(conversationId)) {
      const delayMs = await this.#send(draft, backoff);
      if (delayMs !== undefined) await turn.sleep(this.deps.clock, delayMs);
      if (!turn.alive) return;
    }
    this.#busy.delete(conversationId);
  }

  #next(conversationId: string): Draft | undefined {
    for (const draft of this.#queues.get(conversationId)?.values() ?? []) {
      if (draft.message.state === 'pending') return draft;
    }
    return undefined;
  }

  /** Milliseconds until the next attempt; undefined when the answer is definitive. */
  async #send(draft: Draft, backoff: Backoff): Promise<number | undefined> {
    try {
      const answer = await writeEntry(this.deps.call, draft.message);
      backoff.reset();
      this.#stored(draft, answer);
      return undefined;
    } catch (failure) {
      const error = asQueqiaoError(failure);
      if (draft.message.state !== 'pending') return undefined;
      if (error.retryable) return Math.max(error.retryAfterMs, backoff.next());
      this.#changed(draft, { state: 'failed', error });
      for (const waiter of draft.waiters.splice(0)) waiter.reject(error);
      if (changeOf(draft.message.content) !== undefined) this.#remove(draft);
      return undefined;
    }
  }

  #stored(draft: Draft, answer: Place): void {
    if (draft.message.state !== 'pending') return;
    this.#succeed(draft, answer.seq);
    if (answer.seq === 0 || !this.#place(draft.message, answer)) this.#remove(draft);
  }

  /** False when the entry will not be surfaced any more. */
  #place({ conversationId, clientMsgId, content }: LocalMessage, answer: Place): boolean {
    if (!isStoredAsWritten(content)) return this.deps.onExpected(conversationId, answer.seq);
    return this.deps.onStored(
      Entry.create({
        conversationId,
        clientMsgId,
        content,
        seq: answer.seq,
        ordinal: answer.ordinal,
        createdMs: answer.createdMs,
        sender: { kind: Sender_Kind.USER, id: this.deps.userId() },
      }),
    );
  }

  #succeed(draft: Draft, seq: number): void {
    const { conversationId, clientMsgId } = draft.message;
    this.#changed(draft, { state: 'sent', seq, error: undefined });
    for (const one of draft.waiters.splice(0)) one.resolve({ conversationId, clientMsgId, seq });
  }

  #changed(draft: Draft, change: Partial<LocalMessage>): void {
    draft.message = { ...draft.message, ...change };
    this.#persist(draft.message);
    this.deps.onChange(draft.message);
    this.#tellTargets(draft.message);
  }

  #persist({
    conversationId,
    clientMsgId,
    content,
    notCounted,
    createdMs,
    state,
  }: LocalMessage): void {
    const failed = state === 'failed';
    this.deps.persistence.change((to) => {
      if (state === 'sent') to.dropSends.push({ conversationId, clientMsgId });
      else {
        const ids = { conversationId, clientMsgId };
        to.putSends.push({ ...ids, content, notCounted, createdMs, failed });
      }
    });
  }

  #tellTargets({ conversationId, content }: LocalMessage): void {
    const targets = changeOf(content)?.targetSeqs;
    if (targets !== undefined) this.deps.onPendingChange(conversationId, targets);
  }

  #wait(draft: Draft): Promise<SendReceipt> {
    const receipt = new Promise<SendReceipt>((resolve, reject) => {
      draft.waiters.push({ resolve, reject });
    });
    return quiet(receipt);
  }

  #drafts(): Draft[] {
    return [...this.#queues.values()].flatMap((queue) => [...queue.values()]);
  }

  #add(draft: Draft): void {
    const { conversationId, clientMsgId } = draft.message;
    const queue = this.#queues.get(conversationId) ?? new Map<string, Draft>();
    this.#queues.set(conversationId, queue);
    queue.set(clientMsgId, draft);
    this.#size += 1;
  }

  #remove(draft: Draft): void {
    const { conversationId, clientMsgId } = draft.message;
    const queue = this.#queues.get(conversationId);
    if (queue?.delete(clientMsgId) !== true) return;
    this.#size -= 1;
    if (queue.size === 0) this.#queues.delete(conversationId);
    this.deps.persistence.change((to) => to.dropSends.push({ conversationId, clientMsgId }));
    this.#tellTargets(draft.message);
  }
}

function keyOf({
  conversationId,
  clientMsgId,
}: Pick<LocalMessage, 'conversationId' | 'clientMsgId'>): string {
  return `${conversationId} ${clientMsgId}`;
}

/** Those who only watch the events need not catch: a rejection that nobody looks at is not an unhandled one. */
export function quiet<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}

function rejected(error: QueqiaoError): Promise<never> {
  return quiet(Promise.reject(error));
}

function notFound(): QueqiaoError {
  return new QueqiaoError('NOT_FOUND', 'no failed message of this id', { field: 'client_msg_id' });
}
