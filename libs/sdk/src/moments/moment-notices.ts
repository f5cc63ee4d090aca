import {
  MomentNoticeServiceDefinition as Service,
  type MomentNotice,
} from '@queqiao/protocol/client';
import { retrying, type SessionTurn } from '../actions/session-turn.js';
import type { CallOptions } from '../connection/typed-call.js';
import type { Engine } from '../engine.js';
import { QueqiaoError } from '../errors.js';
import { NoticeList } from './notice-list.js';

const PAGE_NOTICES = 50;

type Deps = Pick<
  Engine,
  'call' | 'repeat' | 'events' | 'clock' | 'newBackoff' | 'turn' | 'stats' | 'connection'
>;

/**
 * What others did that concerns the user. From `load` on the newest ones and how many were not read are kept current, on every
 * device and over reconnects; `momentNotices` events tell what changes.
 */
export class MomentNotices {
  readonly #list: NoticeList;
  #unreadCount = 0;
  #wanted = false;
  #loaded = false;
  /** Raised by everything that says how many there are: an answer to an older question says nothing. */
  #version = 0;
  #asking: SessionTurn | undefined;

  constructor(private readonly engine: Deps) {
    const { events } = engine;
    this.#list = new NoticeList(engine.stats().limits.maxKeptNotices);
    events.on('momentNoticed', () => this.#renewSoon());
    events.on('momentNoticesRead', ({ throughSeq }) => {
      this.#list.read(throughSeq);
      this.#tell();
      this.#renewSoon();
    });
    // What the device has to catch up on is asked about at its end, in one question.
    events.on('state', ({ name }) => {
      if (name === 'online') this.#renewSoon();
    });
    events.on('reset', () => {
      this.#list.clear();
      this.#loaded = false;
      this.#count(0);
      this.#renewSoon();
    });
  }

  /** Newest first, as far as they were loaded. */
  get list(): readonly MomentNotice[] {
    return this.#list.notices;
  }
  /** Of all notices, not only those in `list`; 1,000 stands for that many or more. */
  get unreadCount(): number {
    return this.#unreadCount;
  }
  /** The server has answered. */
  get loaded(): boolean {
    return this.#loaded;
  }
  /** `list` has all. */
  get complete(): boolean {
    return this.#list.complete;
  }

  /** Keeps the newest ones and the count from now on; the event tells when they are here. Nothing happens the second time. */
  load(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#renewSoon();
  }

  /** Asks again: what became of notices is looked up when they are read. Rejects like a call. */
  async refresh(): Promise<void> {
    this.#wanted = true;
    await this.#renewed({});
  }

  /** Older ones; false when there are no more. Rejects like a call, and with LIMIT_EXCEEDED (maxKeptNotices). */
  async loadMore(limit = PAGE_NOTICES): Promise<boolean> {
    if (this.#list.complete) return false;
    if (this.#list.room <= 0) {
      const { maxKeptNotices } = this.engine.stats().limits;
      const message = `${maxKeptNotices} notices are kept`;
      throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxKeptNotices' });
    }
    const request = { pageToken: this.#list.pageToken, limit: Math.min(limit, this.#list.room) };
    this.#list.append(await this.engine.call(Service, 'listMomentNotices', request));
    this.#tell();
    return true;
  }

  /** The user has read all up to this place (left out: the newest in `list`), on all devices. Shown at once. */
  async markRead(throughSeq = this.#list.newestSeq): Promise<void> {
    if (throughSeq <= 0) return;
    this.#list.read(throughSeq);
    if (throughSeq >= this.#list.newestSeq) this.#count(0);
    this.#tell();
    const version = this.#version;
    try {
      const answer = await this.engine.repeat(Service, 'markMomentNoticesRead', { throughSeq });
      if (version !== this.#version) return;
      this.#count(answer.unreadCount);
      this.#tell();
    } catch (failure) {
      this.#renewSoon();
      throw failure;
    }
  }

  /** How many are kept. */
  get size(): number {
    return this.#list.notices.length;
  }

  /** Once more after the answer that is on its way; what the server refuses waits for the next news. */
  #renewSoon(): void {
    this.#version += 1;
    const { turn, clock, newBackoff, connection } = this.engine;
    const isOnline = turn.alive && connection.state.name === 'online';
    if (!this.#wanted || !isOnline || this.#asking === turn) return;
    this.#asking = turn;
    const done = (): void => {
      if (this.#asking === turn) this.#asking = undefined;
    };
    const options = { thisSessionOnly: true };
    const attempt = (): Promise<void> => this.#renewed(options).then(done);
    retrying({ clock, turn, backoff: newBackoff() }, attempt).catch(done);
  }

  /** Until nothing was told meanwhile. */
  async #renewed(options: CallOptions): Promise<void> {
    for (let version = -1; version !== this.#version;) {
      version = this.#version;
      await this.#renew(options);
    }
  }

  async #renew(options: CallOptions): Promise<void> {
    const version = this.#version;
    const { call } = this.engine;
    const [page, { unreadCount }] = await Promise.all([
      call(Service, 'listMomentNotices', { limit: PAGE_NOTICES }, options),
      call(Service, 'countMomentNotices', {}, options),
    ]);
    // What was told meanwhile is asked for again.
    if (version !== this.#version) return;
    this.#list.renew(page);
    this.#loaded = true;
    this.#unreadCount = unreadCount;
    this.#tell();
  }

  #count(unreadCount: number): void {
    this.#version += 1;
    this.#unreadCount = unreadCount;
  }

  #tell(): void {
    const { list: notices, unreadCount } = this;
    this.engine.events.emit('momentNotices', { notices, unreadCount });
  }
}
