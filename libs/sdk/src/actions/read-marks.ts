import { ConversationServiceDefinition } from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, type QueqiaoError } from '../errors.js';
import type { ConversationState } from '../replica/conversation.js';
import type { Replica } from '../replica/replica.js';
import { quiet } from './outbox.js';
import { turnOver, type SessionTurn } from './session-turn.js';

interface Mark {
  seq: number;
  waiters: { seq: number; resolve(): void; reject(error: QueqiaoError): void }[];
}

export interface ReadMarksDeps {
  readonly replica: Replica;
  readonly call: Caller;
  readonly clock: Clock;
  readonly newBackoff: () => Backoff;
}

/** Read cursors on their way to the server: shown at once, the highest per conversation, repeated until answered. */
export class ReadMarks {
  readonly #marks = new Map<string, Mark>();
  readonly #busy = new Map<string, SessionTurn>();
  #turn: SessionTurn | undefined;

  constructor(private readonly deps: ReadMarksDeps) {}

  /** Resolves when the server has a cursor of at least `seq` (left out: the newest surfaced entry). */
  mark(state: ConversationState, wanted = state.log.high): Promise<void> {
    const seq = Math.min(wanted, state.log.target);
    const known = this.#marks.get(state.id);
    if (known === undefined && seq <= state.readSeq) return Promise.resolve();
    const mark: Mark = known ?? { seq, waiters: [] };
    this.#marks.set(state.id, mark);
    mark.seq = Math.max(mark.seq, seq);
    state.noteRead(seq);
    this.deps.replica.touched(state);
    const done = new Promise<void>((resolve, reject) => {
      mark.waiters.push({ seq, resolve, reject });
    });
    void this.#drain(state.id);
    return quiet(done);
  }

  begin(turn: SessionTurn): void {
    this.#turn = turn;
    for (const id of this.#marks.keys()) void this.#drain(id);
  }

  /** The client ends: nobody should wait. The marks stay for the next session. */
  abandon(): void {
    for (const mark of this.#marks.values()) {
      for (const waiter of mark.waiters.splice(0)) waiter.reject(turnOver());
    }
  }

  /** The log was discarded: these seqs mean nothing any more. */
  clear(): void {
    this.abandon();
    this.#marks.clear();
  }

  async #drain(id: string): Promise<void> {
    const turn = this.#turn;
    if (turn?.alive !== true || this.#busy.get(id) === turn) return;
    this.#busy.set(id, turn);
    const backoff = this.deps.newBackoff();
    for (let mark = this.#marks.get(id); mark; mark = this.#marks.get(id)) {
      const delayMs = await this.#send(id, mark, backoff);
      if (delayMs !== undefined) await turn.sleep(this.deps.clock, delayMs);
      if (!turn.alive) return;
    }
    this.#busy.delete(id);
  }

  async #send(id: string, mark: Mark, backoff: Backoff): Promise<number | undefined> {
    const { seq } = mark;
    try {
      const request = { conversationId: id, seq };
      const answer = await this.deps.call(ConversationServiceDefinition, 'markRead', request, {
        thisSessionOnly: true,
      });
      backoff.reset();
      if (this.#marks.get(id) !== mark) return undefined;
      if (answer.member !== undefined) this.deps.replica.applyMember(answer.member);
      if (mark.seq === seq) this.#marks.delete(id);
      const answered = mark.waiters.filter((waiter) => waiter.seq <= seq);
      mark.waiters = mark.waiters.filter((waiter) => waiter.seq > seq);
      for (const waiter of answered) waiter.resolve();
      return undefined;
    } catch (failure) {
      const error = asQueqiaoError(failure);
      if (error.retryable) return Math.max(error.retryAfterMs, backoff.next());
      this.#refused(id, mark, error);
      return undefined;
    }
  }

  #refused(id: string, mark: Mark, error: QueqiaoError): void {
    if (this.#marks.get(id) !== mark) return;
    this.#marks.delete(id);
    for (const waiter of mark.waiters) waiter.reject(error);
    const state = this.deps.replica.get(id);
    if (state === undefined) return;
    state.forgetRead();
    this.deps.replica.touched(state);
  }
}
