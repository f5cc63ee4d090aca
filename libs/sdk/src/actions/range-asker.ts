import {
  ConversationServiceDefinition as Conversations,
  type CatchUpAnswer,
} from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { PulledRange } from '../replica/replica.js';
import { turnOver, type SessionTurn } from './session-turn.js';

/** What is missing of one log; toSeq 0: everything that there is. */
export interface WantedRange {
  readonly conversationId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** Perhaps more or less than was wanted. */
export interface RangeAnswer extends PulledRange {
  readonly fromSeq: number;
}

export interface RangeAskerDeps {
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly newBackoff: () => Backoff;
  /** Throws when an answer came from another log epoch. */
  readonly checkEpoch: (logEpoch: number) => void;
}

interface Ask {
  readonly turn: SessionTurn;
  /** Read when the call is made, since pushes and replies close holes meanwhile; undefined: nothing is missing any more. */
  readonly want: () => WantedRange | undefined;
  resolve(answer: RangeAnswer | undefined): void;
  reject(error: QueqiaoError): void;
}

/** Asks that share a call. */
interface Lot {
  readonly asks: readonly Ask[];
  readonly backoff: Backoff;
}

/**
 * Asks for ranges of logs. Those that are wanted at the same moment share one call; a few calls are under way at once, and what
 * is wanted meanwhile shares the next one.
 */
export class RangeAsker {
  #waiting: Ask[] = [];
  readonly #again: Lot[] = [];
  #inFlight = 0;

  constructor(private readonly deps: RangeAskerDeps) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Undefined: nothing was missing any more. Rejects like a call, or with UNAVAILABLE when the turn is over. */
  ask(turn: SessionTurn, want: Ask['want']): Promise<RangeAnswer | undefined> {
    return new Promise((resolve, reject) => {
      this.#put({ turn, want, resolve, reject });
    });
  }

  #put(ask: Ask): void {
    this.#waiting.push(ask);
    // Whoever else wants something in this moment comes along.
    queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    while (this.#inFlight < this.deps.limits.maxPullsInFlight) {
      const lot = this.#next();
      if (lot === undefined) return;
      this.#inFlight += 1;
      void this.#run(lot);
    }
  }

  #next(): Lot | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const asks = this.#waiting.splice(0, this.deps.limits.catchUpConversations);
    return asks.length === 0 ? undefined : { asks, backoff: this.deps.newBackoff() };
  }

  /** Never rejects. */
  async #run(lot: Lot): Promise<void> {
    try {
      await this.#call(lot.asks);
    } catch (failure) {
      void this.#recover(lot, asQueqiaoError(failure));
    }
    this.#inFlight -= 1;
    this.#pump();
  }

  /** What one conversation makes fail must not hold up the others for ever: each part goes on by itself. */
  async #recover({ asks, backoff }: Lot, error: QueqiaoError): Promise<void> {
    const [first, second] = asks;
    if (first === undefined) return;
    if (second === undefined) return first.reject(error);
    if (error.retryable) {
      await first.turn.sleep(this.deps.clock, Math.max(error.retryAfterMs, backoff.next()));
    }
    const parts = error.retryable ? halves(asks) : asks.map((ask) => [ask]);
    this.#again.push(...parts.map((part) => ({ asks: part, backoff })));
    this.#pump();
  }

  async #call(asks: readonly Ask[]): Promise<void> {
    const wanted: { readonly ask: Ask; readonly range: WantedRange }[] = [];
    for (const ask of asks) {
      const range = ask.turn.alive ? ask.want() : undefined;
      if (!ask.turn.alive) ask.reject(turnOver());
      else if (range === undefined) ask.resolve(undefined);
      else wanted.push({ ask, range });
    }
    const [first, second] = wanted;
    if (first === undefined) return;
    if (second === undefined) return this.#pull(first.ask, first.range);
    const ranges = wanted.map(({ range: { conversationId, fromSeq } }) => {
      return { conversationId, fromSeq };
    });
    const answer = await this.deps.call(Conversations, 'catchUp', { ranges }, SESSION_ONLY);
    this.deps.checkEpoch(answer.logEpoch);
    const answers = new Map(answer.answers.map((one) => [one.conversationId, one]));
    if (answers.size === 0) throw new QueqiaoError('INTERNAL', 'the answer leaves everything out');
    for (const { ask, range } of wanted) {
      const own = answers.get(range.conversationId);
      // There was no room for it.
      if (own === undefined) this.#put(ask);
      else settle(ask, range.fromSeq, own);
    }
  }

  async #pull(ask: Ask, range: WantedRange): Promise<void> {
    const request = { ...range, limit: this.deps.limits.pullPageEntries, backwards: false };
    const answer = await this.deps.call(Conversations, 'pullEntries', request, SESSION_ONLY);
    this.deps.checkEpoch(answer.logEpoch);
    ask.resolve({ ...answer, fromSeq: range.fromSeq });
  }
}

const SESSION_ONLY = { thisSessionOnly: true };

function settle(ask: Ask, fromSeq: number, answer: CatchUpAnswer): void {
  if (!answer.notFound) return ask.resolve({ ...answer, fromSeq });
  ask.reject(new QueqiaoError('NOT_FOUND', 'there is no such conversation'));
}

function halves<Item>(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
