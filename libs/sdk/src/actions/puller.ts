import { ConversationServiceDefinition, type Entry } from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { ConversationState } from '../replica/conversation.js';
import type { Replica } from '../replica/replica.js';
import { RangeAsker, type RangeAnswer, type WantedRange } from './range-asker.js';
import { retrying, turnOver, type SessionTurn } from './session-turn.js';

export interface PullerDeps {
  readonly replica: Replica;
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly newBackoff: () => Backoff;
  /** An answer came from another log epoch. */
  readonly onEpoch: (logEpoch: number) => void;
}

type Answer = 'progress' | 'nothing' | 'denied';

/** Closes holes: one pull per conversation at a time, many conversations in a call, until nothing is missing. */
export class Puller {
  #turn: SessionTurn | undefined;
  /** By state, not by id: after a reset the same id is another log. */
  #fills = new Map<ConversationState, Promise<void>>();
  readonly #older = new Map<ConversationState, Promise<Entry[]>>();
  readonly #ranges: RangeAsker;

  constructor(private readonly deps: PullerDeps) {
    const checkEpoch = (logEpoch: number): void => this.#checkEpoch(logEpoch);
    this.#ranges = new RangeAsker({ ...deps, checkEpoch });
  }

  get inFlight(): number {
    return this.#ranges.inFlight;
  }

  begin(turn: SessionTurn): void {
    this.#turn = turn;
    this.#fills = new Map();
  }

  /**
   * Resolves when everything that is known to exist has been surfaced, or the server has denied it; rejects when the
   * session ends before.
   */
  fill(state: ConversationState, refresh = false): Promise<void> {
    const turn = this.#turn;
    if (turn?.alive !== true) return Promise.reject(turnOver());
    const running = this.#fills.get(state);
    if (running !== undefined)
      return refresh ? running.then(() => this.fill(state, true)) : running;
    if (!refresh && state.log.hole === undefined) return Promise.resolve();
    const fills = this.#fills;
    const fill = this.#fill(state, turn, refresh).finally(() => fills.delete(state));
    // Whoever does not wait for it must not be told: the next session's sync begins it anew.
    fill.catch(() => undefined);
    fills.set(state, fill);
    return fill;
  }

  /** Older entries of a known conversation, ascending; empty at the beginning of the log. Rejects like a call. */
  async loadOlder(state: ConversationState, limit: number): Promise<Entry[]> {
    const running = this.#older.get(state);
    if (running !== undefined) return running;
    const load = this.#loadOlder(state, limit).finally(() => this.#older.delete(state));
    this.#older.set(state, load);
    return load;
  }

  async #fill(state: ConversationState, turn: SessionTurn, refresh: boolean): Promise<void> {
    const backoff = this.deps.newBackoff();
    let asked = !refresh;
    while (!asked || state.log.hole !== undefined) {
      const toTheEnd = !asked;
      const outcome = await retrying({ clock: this.deps.clock, turn, backoff }, () =>
        this.#pull(state, turn, toTheEnd),
      );
      if (outcome === 'denied') return;
      if (outcome === 'progress') backoff.reset();
      asked = true;
    }
  }

  async #pull(state: ConversationState, turn: SessionTurn, toTheEnd: boolean): Promise<Answer> {
    let answer: RangeAnswer | undefined;
    let joinedSeq: number | undefined;
    try {
      answer = await this.#ranges.ask(turn, () => {
        joinedSeq = state.member?.joinedSeq;
        return this.#wanted(state, toTheEnd);
      });
    } catch (failure) {
      const error = asQueqiaoError(failure);
      if (error.retryable) throw error;
      this.deps.logger.warn('the server refuses a pull', { code: error.code });
      state.log.giveUp();
      return 'denied';
    }
    if (!this.#isCurrent(state)) return 'denied';
    if (answer === undefined) return 'nothing';
    // What it says of what may be seen is from before a comeback.
    if (joinedSeq !== state.member?.joinedSeq) return this.#pull(state, turn, toTheEnd);
    const { fromSeq, lastSeq } = answer;
    this.deps.replica.applyPull(state, answer);
    if (state.log.high >= fromSeq) return 'progress';
    if (state.log.hole === undefined) return 'nothing';
    if (lastSeq < fromSeq) {
      this.deps.logger.warn('the server denies entries that it announced', { fromSeq });
      state.log.giveUp();
      return 'denied';
    }
    // Asked again with back-off: an answer without what it was asked for must not become a loop.
    throw new QueqiaoError('INTERNAL', 'the pull brought nothing');
  }

  #wanted(state: ConversationState, toTheEnd: boolean): WantedRange | undefined {
    const { hole, high } = state.log;
    if (!this.#isCurrent(state) || (hole === undefined && !toTheEnd)) return undefined;
    const toSeq = toTheEnd ? 0 : (hole?.toSeq ?? 0);
    return { conversationId: state.id, fromSeq: high + 1, toSeq };
  }

  async #loadOlder(state: ConversationState, limit: number): Promise<Entry[]> {
    for (let toSeq = state.log.base; toSeq > 0; toSeq = state.log.base) {
      const joinedSeq = state.member?.joinedSeq;
      const request = { conversationId: state.id, fromSeq: 1, toSeq, limit, backwards: true };
      const answer = await this.deps.call(ConversationServiceDefinition, 'pullEntries', request);
      this.#checkEpoch(answer.logEpoch);
      if (!this.#isCurrent(state)) throw turnOver();
      if (joinedSeq !== state.member?.joinedSeq) continue;
      const older = this.deps.replica.applyOlder(state, answer, toSeq);
      // A page may hold nothing but what may not be seen, as between two stays, and the earlier stay lies below it.
      if (older.length > 0 || !answer.hasMore || state.log.base >= toSeq) return older;
    }
    return [];
  }

  /** False once the replica was discarded: what the answer says belongs to nothing. */
  #isCurrent(state: ConversationState): boolean {
    return this.deps.replica.get(state.id) === state;
  }

  #checkEpoch(logEpoch: number): void {
    if (logEpoch === this.deps.replica.logEpoch) return;
    this.deps.onEpoch(logEpoch);
    throw turnOver();
  }
}
