import {
  ConversationServiceDefinition,
  type SyncConversationsResponse,
} from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../connection/typed-call.js';
import { asQueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { Replica } from '../replica/replica.js';
import type { Unheard } from '../replica/unheard.js';
import type { Puller } from './puller.js';
import { retrying, type SessionTurn } from './session-turn.js';

export interface SyncerDeps {
  readonly replica: Replica;
  readonly puller: Puller;
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly newBackoff: () => Backoff;
  /** An answer came from another log epoch: everything was discarded. */
  readonly onEpoch: (logEpoch: number) => void;
  /** A sync that was only to check has named something new, which is applied next. */
  readonly onUnheard: (unheard: Unheard) => void;
  /** A sync is done and nothing that it named is missing. */
  readonly onCaughtUp: () => void;
  readonly logger: Logger;
}

interface Page {
  readonly cursor: Uint8Array;
  /** Resolves when everything that it names has been. */
  readonly surfaced: Promise<unknown>;
  done: boolean;
}

/** Asks what changed since the cursor, after every connect and whenever something may have been missed. */
export class Syncer {
  #turn: SessionTurn | undefined;
  #running = false;
  #again = false;
  /** Wakes a sync that has asked and waits for what was named. */
  #wake: () => void = () => undefined;
  /** In their order, those that were answered in this session and whose cursors may not be kept yet. */
  #pages: Page[] = [];
  /** The running sync is only to check: it is asked for by nothing that has happened. */
  #checking = false;

  constructor(private readonly deps: SyncerDeps) {}

  /** A new session: whatever an older one was doing is void. */
  begin(turn: SessionTurn): void {
    this.#turn = turn;
    this.#running = false;
    this.#again = false;
    this.#checking = false;
    this.#pages = [];
    this.request();
  }

  /** Syncs to see whether there is anything new, unless a sync is running. */
  check(): void {
    if (this.#running) return;
    this.#checking = true;
    this.request();
  }

  /** Syncs now, or once more when the sync that is running has asked for everything, whatever it waits for then. */
  request(): void {
    const turn = this.#turn;
    if (turn?.alive !== true) return;
    if (this.#running) {
      this.#again = true;
      this.#wake();
      return;
    }
    this.#running = true;
    void this.#run(turn);
  }

  async #run(turn: SessionTurn): Promise<void> {
    const backoff = this.deps.newBackoff();
    try {
      do {
        this.#again = false;
        await retrying({ clock: this.deps.clock, turn, backoff }, () => this.#sync(turn));
        this.#checking = false;
      } while (this.#again);
      this.#running = false;
      this.deps.onCaughtUp();
    } catch (failure) {
      if (!turn.alive) return;
      this.#running = false;
      this.#checking = false;
      this.#refused(asQueqiaoError(failure).code);
    }
  }

  /** A stored cursor that is not accepted means: from the beginning. What is known stays. */
  #refused(code: string): void {
    this.deps.logger.warn('the server refuses the sync', { code });
    this.#pages = [];
    if (code !== 'INVALID_ARGUMENT' || this.deps.replica.cursor.length === 0) return;
    this.deps.replica.storeCursor(new Uint8Array());
    this.request();
  }

  async #sync(turn: SessionTurn): Promise<void> {
    const { replica } = this.deps;
    const version = replica.version;
    let cursor = this.#pages.at(-1)?.cursor ?? replica.cursor;
    for (let more = true; more;) {
      const answer = await this.#ask(cursor);
      turn.check();
      if (answer.logEpoch !== replica.logEpoch) this.deps.onEpoch(answer.logEpoch);
      if (version !== replica.version) return this.#startOver();
      this.#pages.push(this.#apply(answer));
      cursor = answer.cursor;
      more = answer.hasMore;
    }
    await this.#keep(turn, version);
  }

  /**
   * A cursor may be kept only when what it names, and what the pages before it name, has been surfaced. That may take long, and
   * whatever is to be asked for meanwhile does not wait for it: a conversation that is new would be.
   */
  async #keep(turn: SessionTurn, version: number): Promise<void> {
    for (let page = this.#pages[0]; page !== undefined; page = this.#pages[0]) {
      if (!page.done && !this.#again) await Promise.race([page.surfaced, this.#requested()]);
      turn.check();
      if (version !== this.deps.replica.version) return this.#startOver();
      if (!page.done) return;
      this.deps.replica.storeCursor(page.cursor);
      this.#pages.shift();
    }
  }

  /** Resolves when a sync is asked for. */
  #requested(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Everything was discarded: what was answered stands for nothing. */
  #startOver(): void {
    this.#pages = [];
    this.#again = true;
  }

  #ask(cursor: Uint8Array): Promise<SyncConversationsResponse> {
    const limit = this.deps.limits.syncPageConversations;
    return this.deps.call(
      ConversationServiceDefinition,
      'syncConversations',
      { cursor, limit },
      { thisSessionOnly: true },
    );
  }

  #apply(answer: SyncConversationsResponse): Page {
    const { replica, puller } = this.deps;
    if (this.#checking) {
      const news = answer.conversations.flatMap((one) => replica.unheard(one) ?? []);
      news.forEach((unheard) => this.deps.onUnheard(unheard));
    }
    const states = answer.conversations.map((one) => replica.applyConversation(one));
    const filled = Promise.all(states.map((state) => puller.fill(state)));
    const surfaced = filled.then(() => {
      page.done = true;
    });
    const page: Page = { cursor: answer.cursor, surfaced, done: false };
    // Awaited later; a failure before that is not unhandled.
    surfaced.catch(() => undefined);
    return page;
  }
}
