import type { ConversationId } from '@queqiao/domain';
import type { EventPlace } from '../usecase/event/ports.js';
import { EventWindow, type EventPage, type WindowItem } from './event-window.js';
import { WEBHOOK_BACK_SPREAD_MS, WEBHOOK_GIVE_UP_MS, WEBHOOK_MAX_REQUESTS } from './limits.js';
import type { DeadLetterRecord, EventName, Outcome, Progress, WaitRecord } from './ports.js';
import { ReceiverHealth } from './receiver-health.js';
import { retryDelayMs } from './retry-delay.js';
import { Waits, type Wait } from './waits.js';

/** One event to be sent: one of the window, or the next one of a conversation that waits. */
export type Task =
  | { readonly kind: 'fresh'; readonly item: WindowItem }
  | { readonly kind: 'waiting'; readonly wait: Wait };

type Refusal = Extract<Outcome, { kind: 'refused' }>;

export interface WorkOptions {
  readonly eventId: (entry: Pick<EventName, 'conversationId' | 'seq'>) => string;
  readonly random?: () => number;
}

/**
 * What one webhook has to send, and what became of it: which event may go next, so that those of a conversation go in their order, and
 * what has to be written down. Does nothing by itself; times are the database's.
 */
export class WebhookWork {
  readonly waits = new Waits();
  readonly health: ReceiverHealth;
  readonly #random: () => number;
  #window: EventWindow;
  #underWay = 0;
  #waitsFirst = false;
  #deadLetters: DeadLetterRecord[] = [];
  #facts = noFacts();
  #savedPlace: EventPlace;

  constructor(
    place: EventPlace,
    waits: readonly WaitRecord[],
    private readonly options: WorkOptions,
  ) {
    this.#random = options.random ?? Math.random;
    this.health = new ReceiverHealth(this.#random);
    this.#window = new EventWindow(place);
    this.#savedPlace = place;
    this.waits.load(waits);
  }

  get window(): EventWindow {
    return this.#window;
  }

  get underWay(): number {
    return this.#underWay;
  }

  get isChanged(): boolean {
    return (
      this.waits.isChanged ||
      this.#deadLetters.length > 0 ||
      this.#facts.any ||
      this.#window.place !== this.#savedPlace
    );
  }

  /** A page of events. Those of conversations that wait, wait with them. */
  add(page: EventPage, nowMs: number): void {
    this.#window.add(page, (event) => {
      if (!this.waits.has(event.conversationId)) return false;
      this.waits.absorb(event, nowMs);
      return true;
    });
  }

  /** Events before this place are lost. Only with nothing in the window. */
  skipTo(place: EventPlace): void {
    this.#window = new EventWindow(place);
    this.#fact({ missed: true });
  }

  /** What may be sent now; it is under way until it is settled or put back. */
  take(nowMs: number): Task | undefined {
    if (this.health.isAway ? !this.#mayProbe(nowMs) : this.#underWay >= WEBHOOK_MAX_REQUESTS)
      return;
    // In turn: neither keeps the other from its share.
    this.#waitsFirst = !this.#waitsFirst;
    const task = this.#waitsFirst
      ? (this.#takeWait(nowMs) ?? this.#takeFresh())
      : (this.#takeFresh() ?? this.#takeWait(nowMs));
    if (task) this.#underWay += 1;
    return task;
  }

  /** When something may be taken again that cannot be now; undefined: nothing waits for a time. */
  dueMs(): number | undefined {
    if (this.health.isAway) return this.health.probeAtMs;
    return this.waits.earliest(this.#holds)?.dueMs;
  }

  putBack(task: Task): void {
    this.#underWay -= 1;
    if (task.kind === 'fresh') this.#window.putBack(task.item);
    else this.waits.putBack(task.wait);
  }

  /** Of a conversation that waits nothing before `seq` is wanted. */
  reach(task: Task, seq: number): void {
    if (task.kind === 'waiting') this.waits.reach(task.wait, seq);
  }

  /** Of a dead letter that is sent again: it keeps its id, also after a restore. Null: the event has none but that of its place. */
  givenId(task: Task): string | null {
    return task.kind === 'waiting' ? givenIdOf(task.wait) : null;
  }

  /** Nobody wants it; of a conversation that waits, nothing up to `seq`. */
  pass(task: Task, nowMs: number, seq?: number): void {
    this.#underWay -= 1;
    if (task.kind === 'fresh') this.#window.done(task.item);
    else this.waits.advance(task.wait, nowMs, seq);
  }

  /** `revision` is that of the webhook whose receiver was asked. */
  settle(task: Task, outcome: Outcome, nowMs: number, revision = 0): void {
    if (outcome.kind === 'delivered') {
      this.#fact({ lastSuccessMs: nowMs });
      this.pass(task, nowMs);
      if (this.health.succeeded()) this.#hasten(nowMs);
    } else if (outcome.kind === 'gone') {
      const disabled = { reason: 'gone', revision };
      this.#fact({ lastFailureMs: nowMs, lastError: 'status 410', disabled });
      this.putBack(task);
    } else {
      this.#underWay -= 1;
      this.#fact({ lastFailureMs: nowMs, lastError: outcome.error });
      this.#refused(task, outcome, nowMs);
    }
  }

  /** Nothing was sent, for this reason. */
  failed(error: string, nowMs: number): void {
    this.#fact({ lastFailureMs: nowMs, lastError: error });
  }

  /** It is another receiver from now on: nothing waits for what the one before has refused, and each event has a day again. */
  moved(nowMs: number): void {
    this.health.succeeded();
    this.waits.anew(this.#soon(nowMs));
  }

  /** What has changed since; it counts as written unless it is given back. */
  takeProgress(): Progress {
    const { any: _, ...facts } = this.#facts;
    const deadLetters = this.#deadLetters;
    const { place } = this.#window;
    this.#facts = noFacts();
    this.#deadLetters = [];
    this.#savedPlace = place;
    return { place, deadLetters, ...facts, ...this.waits.takeChanges() };
  }

  giveBack(progress: Progress): void {
    const { waits, over, deadLetters, place: _place, ...facts } = progress;
    this.waits.giveBack({ waits, over });
    this.#deadLetters.unshift(...deadLetters);
    const since = this.#facts;
    const last = since.lastFailureMs === null ? facts : since;
    this.#facts = {
      any: true,
      lastSuccessMs: since.lastSuccessMs ?? facts.lastSuccessMs,
      lastFailureMs: last.lastFailureMs,
      lastError: last.lastError,
      missed: since.missed || facts.missed,
      disabled: since.disabled ?? facts.disabled,
    };
  }

  #hasten(nowMs: number): void {
    this.waits.hasten(this.#soon(nowMs));
  }

  #soon(nowMs: number): () => number {
    return () => nowMs + Math.floor(this.#random() * WEBHOOK_BACK_SPREAD_MS);
  }

  #mayProbe(nowMs: number): boolean {
    return this.#underWay === 0 && nowMs >= this.health.probeAtMs;
  }

  readonly #holds = (conversationId: ConversationId): boolean => this.#window.has(conversationId);

  #takeFresh(): Task | undefined {
    const item = this.#window.take();
    return item && { kind: 'fresh', item };
  }

  /** A receiver that is away is probed with whatever there is. */
  #takeWait(nowMs: number): Task | undefined {
    const wait = this.waits.earliest(this.#holds);
    if (wait === undefined || (wait.dueMs > nowMs && !this.health.isAway)) return undefined;
    this.waits.take(wait);
    return { kind: 'waiting', wait };
  }

  #refused(task: Task, refusal: Refusal, nowMs: number): void {
    if (task.kind === 'waiting') {
      this.health.failed(task.wait.conversationId, nowMs, refusal.retryAfterMs);
      return this.#refuse(task.wait, refusal, nowMs);
    }
    const { conversationId, seq } = task.item;
    this.health.failed(conversationId, nowMs, refusal.retryAfterMs);
    for (const left of this.#window.giveAway(conversationId)) this.waits.absorb(left, nowMs);
    const wait = this.waits.of(conversationId);
    // Dead letters that are sent again may come before it.
    if (wait?.nextSeq === seq) this.#refuse(wait, refusal, nowMs);
  }

  #refuse(wait: Wait, { error, retryAfterMs }: Refusal, nowMs: number): void {
    if (wait.attempts > 0 && nowMs - wait.firstAttemptMs >= WEBHOOK_GIVE_UP_MS) {
      const { conversationId, nextSeq: seq, firstAttemptMs } = wait;
      const eventId = givenIdOf(wait) ?? this.options.eventId({ conversationId, seq });
      const attempts = wait.attempts + 1;
      const letter = { eventId, conversationId, seq, attempts, firstAttemptMs };
      this.#deadLetters.push({ ...letter, diedMs: 0, lastError: error });
      this.waits.bury(wait, nowMs);
      return;
    }
    const delayMs = retryDelayMs(wait.attempts, retryAfterMs, this.#random);
    this.waits.refuse(wait, { nowMs, dueMs: nowMs + delayMs, error });
  }

  #fact(facts: Partial<Omit<ReturnType<typeof noFacts>, 'any'>>): void {
    this.#facts = { ...this.#facts, ...facts, any: true };
  }
}

function givenIdOf({ firstSeq, nextSeq, eventId }: Wait): string | null {
  return eventId !== '' && nextSeq === firstSeq ? eventId : null;
}

function noFacts() {
  return {
    any: false,
    lastSuccessMs: null as number | null,
    lastFailureMs: null as number | null,
    lastError: '',
    missed: false,
    disabled: null as Progress['disabled'],
  };
}
