import {
  PresenceServiceDefinition as Service,
  type Presence,
  type TransientEvent,
} from '@queqiao/protocol/client';
import { retrying } from '../actions/session-turn.js';
import type { Timer } from '../clock.js';
import type { Engine } from '../engine.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import { isSelfFeed } from '../users/self-feed.js';

/** Ids per call; the server's limit. */
const MAX_IDS_PER_CALL = 100;
/** A renewal that was refused is tried again after this many milliseconds. */
const REFUSED_RENEWAL_MS = 150_000;

export interface PresenceEvents {
  /** A user whom some device of this user watches is online or offline now, or on other kinds of device. */
  presence: Presence;
}

/**
 * Who is online. What is watched stays watched: the client subscribes again when half of a subscription's time is over, after a
 * reconnect and when the server has lost its memory, and tells what has changed by then as if it were told at once.
 */
export class PresenceWatch {
  /** Whom this device watches, with what was last known. */
  readonly #watched = new Map<string, Presence | undefined>();
  /** Told while a question is under way: newer than its answer. */
  readonly #told = new Set<string>();
  #asking = 0;
  readonly #engine: Engine;
  #userId = '';
  /** The first subscription to run out is renewed then, and all others with it. */
  #timer: Timer | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    const { events } = engine;
    events.on('transient', (event) => {
      if (isSelfFeed(event, engine.replica.userId)) this.#heard(event);
    });
    events.on('session', ({ userId }) => {
      // Whom another user watched is nobody's business.
      if (this.#userId !== '' && this.#userId !== userId) this.#watched.clear();
      this.#userId = userId;
      this.#renew();
    });
    events.on('resynced', () => this.#renew());
    events.on('lost', () => this.#stopTimer());
  }

  get size(): number {
    return this.#watched.size;
  }

  /** In the order of the ids. Whom the user may not see is offline, like users who do not exist. */
  async get(userIds: readonly string[]): Promise<readonly Presence[]> {
    const pages = pagesOf(userIds).map((page) =>
      this.#engine.call(Service, 'getPresence', { userIds: page }),
    );
    return (await Promise.all(pages)).flatMap(({ presences }) => presences);
  }

  /** What is known of a user who is watched. */
  of(userId: string): Presence | undefined {
    return this.#watched.get(userId);
  }

  /**
   * Watches these users too, as long as the client lives: resolves with what is known of them now, and `presence` events tell
   * what changes. Rejects with LIMIT_EXCEEDED, and then watches none of them: 200 users for all devices of a user together. After
   * a retryable error they are watched as soon as the server can be asked again.
   */
  async subscribe(userIds: readonly string[]): Promise<readonly Presence[]> {
    const fresh = [...new Set(userIds)].filter((id) => !this.#watched.has(id));
    const { maxWatchedUsers } = this.#engine.stats().limits;
    if (this.#watched.size + fresh.length > maxWatchedUsers) {
      const message = `more than ${maxWatchedUsers} users would be watched`;
      throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxWatchedUsers' });
    }
    for (const id of fresh) this.#watched.set(id, undefined);
    try {
      return await this.#ask(userIds, false);
    } catch (failure) {
      const error = asQueqiaoError(failure);
      if (error.retryable) this.#renew();
      else for (const id of fresh) this.#watched.delete(id);
      throw error;
    }
  }

  /**
   * Watches these users no longer; left out: nobody. Subscriptions belong to the user: another device of the same user that
   * still watches them is told nothing until it subscribes again by itself, some minutes later.
   */
  async unsubscribe(userIds: readonly string[] = [...this.#watched.keys()]): Promise<void> {
    for (const id of userIds) this.#watched.delete(id);
    for (const page of pagesOf(userIds)) {
      await this.#engine.call(Service, 'unsubscribePresence', { userIds: page });
    }
  }

  #heard({ event }: TransientEvent): void {
    if (event?.$case !== 'presence') return;
    const presence = event.value;
    if (this.#asking > 0) this.#told.add(presence.userId);
    if (this.#watched.has(presence.userId)) this.#watched.set(presence.userId, presence);
    this.#engine.events.emit('presence', presence);
  }

  #renew(): void {
    this.#stopTimer();
    const { clock, newBackoff, turn } = this.#engine;
    if (this.#watched.size === 0 || !turn.alive) return;
    const again = { clock, turn, backoff: newBackoff() };
    retrying(again, () => this.#ask([...this.#watched.keys()], true)).catch(() => {
      // A refusal may be about what another device watches, which ends; a turn that is over begins anew by itself.
      if (turn.alive) this.#renewIn(REFUSED_RENEWAL_MS);
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** @param tell nobody waits for the answer: what is known by it for the first time is told too. */
  async #ask(userIds: readonly string[], tell: boolean): Promise<Presence[]> {
    const known: Presence[] = [];
    this.#asking += 1;
    try {
      for (const page of pagesOf(userIds)) {
        const answer = await this.#engine.call(Service, 'subscribePresence', { userIds: page });
        for (const presence of answer.presences) known.push(this.#answered(presence, tell));
        this.#renewIn(answer.lastsMs / 2);
      }
    } finally {
      this.#asking -= 1;
      if (this.#asking === 0) this.#told.clear();
    }
    return known;
  }

  /** The newer of what an answer says and what was told while it was on its way. */
  #answered(presence: Presence, tell: boolean): Presence {
    const { userId } = presence;
    if (!this.#watched.has(userId)) return presence;
    const known = this.#watched.get(userId);
    if (known !== undefined && this.#told.has(userId)) return known;
    this.#watched.set(userId, presence);
    if (known === undefined ? tell : !isSame(known, presence)) {
      this.#engine.events.emit('presence', presence);
    }
    return presence;
  }

  #renewIn(ms: number): void {
    this.#timer ??= this.#engine.clock.setTimer(ms, () => this.#renew());
  }
}

function pagesOf(userIds: readonly string[]): string[][] {
  const pages: string[][] = [];
  for (let at = 0; at < userIds.length; at += MAX_IDS_PER_CALL) {
    pages.push(userIds.slice(at, at + MAX_IDS_PER_CALL));
  }
  return pages;
}

function isSame(a: Presence, b: Presence): boolean {
  return (
    a.online === b.online &&
    a.lastSeenMs === b.lastSeenMs &&
    a.platforms.length === b.platforms.length &&
    a.platforms.every((platform) => b.platforms.includes(platform))
  );
}
