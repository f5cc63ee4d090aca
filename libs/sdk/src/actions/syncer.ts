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
  readonly surfaced: Promise<unknown>;
}

/** Asks what changed since the cursor, after every connect and whenever something may have been missed. */
export class Syncer {
  #turn: SessionTurn | undefined;
  #running = false;
  #again = false;
  /** The running sync is only to check: it is asked for by nothing that has happened. */
  #checking = false;

  constructor(private readonly deps: SyncerDeps) {}

  /** A new session: whatever an older one was doing is void. */
  begin(turn: SessionTurn): void {
    this.#turn = turn;
    this.#running = false;
    this.#again = false;
    this.#checking = false;
    this.request();
  }

  /** Syncs to see whether there is anything new, unless a sync is running. */
  check(): void {
    if (this.#running) return;
    this.#checking = true;
    this.request();
  }

  /** Syncs now, or once more after the sync that is running. */
  request(): void {
    const turn = this.#turn;
    if (turn?.alive !== true) return;
    if (this.#running) {
      this.#again = true;
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
    if (code !== 'INVALID_ARGUMENT' || this.deps.replica.cursor.length === 0) return;
    this.deps.replica.storeCursor(new Uint8Array());
    this.request();
  }

  async #sync(turn: SessionTurn): Promise<void> {
    const { replica } = this.deps;
    const version = replica.version;
    const pages: Page[] = [];
    let cursor = replica.cursor;
    for (let more = true; more;) {
      const answer = await this.#ask(cursor);
      turn.check();
      if (answer.logEpoch !== replica.logEpoch) this.deps.onEpoch(answer.logEpoch);
      if (version !== replica.version) {
        this.#again = true;
        return;
      }
      pages.push(this.#apply(answer));
      cursor = answer.cursor;
      more = answer.hasMore;
    }
    // A cursor may be kept only when what it names, and what the pages before it name, has been surfaced.
    for (const page of pages) {
      await page.surfaced;
      turn.check();
      if (version !== replica.version) {
        this.#again = true;
        return;
      }
      replica.storeCursor(page.cursor);
    }
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
    const surfaced = Promise.all(states.map((state) => puller.fill(state)));
    // Awaited later; a failure before that is not unhandled.
    surfaced.catch(() => undefined);
    return { cursor: answer.cursor, surfaced };
  }
}
