import type { Timer } from '@queqiao/runtime';
import { EventReader } from './event-reader.js';
import { WEBHOOK_MAX_WINDOW } from './limits.js';
import type { EventName, HeldWebhook, Target, WebhookKey } from './ports.js';
import type { RunnerDeps } from './runner-deps.js';
import { labelOf } from './webhook-metrics.js';
import { WebhookWork, type Task } from './webhook-work.js';

/** How often is written down how far a webhook is, while it is sent: what a dead node had not written is sent again. */
const SAVE_MS = 200;
/** Pause after the database has failed. */
const AGAIN_MS = 1_000;
/** Events of one read. */
const PAGE = 100;
/** An ear that hears nothing listens on. */
const EAR_MS = 60_000;
/** What requests under way get when this ends: what they come to is not known afterwards, and they are sent again. */
const STOP_MS = 2_000;
/** WEBHOOK_MAX_WAITS of the store: with so many no further events are read. */
export const RUNNER_MAX_WAITS = 1_000;

/** The error of a webhook whose secret no key opens. */
const UNSIGNED = 'secret';

/** Sends what one webhook has to get, for as long as this node owns it. */
export class WebhookRunner {
  #target: Target | undefined;
  #types: readonly string[] = [];
  #work: WebhookWork | undefined;
  /** There may be events that were not read. */
  #hasMore = true;
  #reading = false;
  #loading = false;
  #timer: Timer | undefined;
  #saveTimer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();
  readonly #requests = new Set<Promise<void>>();
  readonly #end = new AbortController();
  readonly #reader: EventReader;

  constructor(
    readonly key: WebhookKey,
    private readonly owner: string,
    private readonly deps: RunnerDeps,
    /** Called once, when it has to stop because it is not this node's any more. */
    private readonly onLost: () => void,
  ) {
    this.#reader = new EventReader(deps, key.appId);
  }

  /** 0: it could not be read. */
  get revision(): number {
    return this.#target?.revision ?? 0;
  }

  get state() {
    const { window, waits, health } = this.#work ?? {};
    return {
      bytes: (window?.bytes ?? 0) + this.#reader.bytes,
      waits: waits?.size ?? 0,
      isAway: health?.isAway ?? false,
      isUnsigned: this.#isUnsigned,
      position: window?.place.position,
    };
  }

  get #isUnsigned(): boolean {
    return this.#target?.secrets.length === 0;
  }

  start(): void {
    void this.#listen();
    void this.#load();
  }

  /** There is an event at this position, and the node is still there. Called again and again. */
  heard(newest: number): void {
    const window = this.#work?.window;
    if (newest > (window?.readPlace.position ?? 0)) this.#hasMore = true;
    window?.forget(this.#reader.sinceMs);
    this.#go();
  }

  /** Its row was changed by somebody else. */
  reload(): void {
    void this.#load();
  }

  /** The database was restored: what is known here is of a history that there is no more, and nothing of it is written down. */
  forget(): void {
    this.#work = undefined;
  }

  /** Resolves when what was settled is written down. */
  async stop(): Promise<void> {
    this.#end.abort();
    this.#timer?.cancel();
    this.#saveTimer?.cancel();
    const pause = this.deps.clock.sleep(STOP_MS);
    await Promise.race([Promise.all(this.#requests), pause]);
    await this.#save();
    this.deps.ear.close();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.deps.ear.wait(EAR_MS, signal);
      this.#hasMore = true;
      this.#go();
    }
  }

  /** After a write, so that what is read here is not older than what is known. */
  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    this.#saving = this.#saving.then(async () => {
      if (this.#work?.isChanged) await this.#write(this.#work);
      const isRead = await this.#attempt('a webhook could not be read', async () => {
        await this.#read();
        return true;
      });
      // It was changed, and may have another receiver and another secret: nothing goes to the ones before.
      if (isRead === undefined) this.#target = undefined;
    });
    await this.#saving;
    this.#loading = false;
    this.#go();
  }

  async #read(): Promise<void> {
    const { rows, open } = this.deps;
    const held = await rows.held(this.key, this.owner);
    if (held === null) return this.#lose();
    const target = await open(this.key, held);
    const isMoved = this.#work !== undefined && this.#target?.url !== target.url;
    this.#target = target;
    this.#types = held.types;
    const work = this.#known(held, target);
    if (this.#isUnsigned) return this.#standStill(work);
    // Nor was anybody asked while it stood still.
    if (isMoved || held.lastError === UNSIGNED) work.moved(this.deps.nowMs());
  }

  #known({ place, waits }: HeldWebhook, target: Target): WebhookWork {
    this.#work?.waits.load(waits);
    const eventId = (entry: Pick<EventName, 'conversationId' | 'seq'>) =>
      this.deps.sender.eventId(target, entry);
    return (this.#work ??= new WebhookWork(place, waits, { eventId }));
  }

  /** Until its row is changed, or another node has it. */
  #standStill(work: WebhookWork): void {
    this.deps.logger.warn('no key of this node opens the secret of a webhook: nothing is sent');
    work.failed(UNSIGNED, this.deps.nowMs());
    this.#saveSoon();
  }

  /** Whatever can be begun is. */
  readonly #go = (): void => {
    const work = this.#work;
    const target = this.#target;
    if (work === undefined || target === undefined || this.#end.signal.aborted) return;
    if (this.#isUnsigned || !this.deps.mayBegin()) return;
    this.#begin(work, target);
    this.#readOn(work);
    this.#timer?.cancel();
    const dueMs = work.dueMs();
    // What is due and was not begun is held up by requests under way, whose end is heard of.
    const delayMs = (dueMs ?? 0) - this.deps.nowMs();
    if (delayMs > 0) this.#timer = this.deps.clock.setTimer(delayMs, this.#go);
  };

  #begin(work: WebhookWork, target: Target): void {
    const { slots, nowMs } = this.deps;
    for (;;) {
      const task = work.take(nowMs());
      if (task === undefined) return;
      if (task.kind === 'fresh' && !this.#wants(task.item)) {
        work.pass(task, nowMs());
        this.#saveSoon();
      } else if (!slots.tryTake(this.#go)) {
        work.putBack(task);
        return;
      } else {
        const request = this.#run(work, target, task).finally(() => {
          slots.give();
          this.#requests.delete(request);
          this.#go();
        });
        this.#requests.add(request);
      }
    }
  }

  async #run(work: WebhookWork, target: Target, task: Task): Promise<void> {
    const { nowMs, sender, metrics } = this.deps;
    const found = await this.#attempt('an event could not be read', () =>
      this.#reader.find(task, work.window, this.#types),
    );
    if (found === undefined || this.#end.signal.aborted) return work.putBack(task);
    const { entry, range } = found;
    if (entry === null) work.pass(task, nowMs(), range.toSeq);
    else {
      work.reach(task, entry.seq);
      const eventId = work.givenId(task) ?? sender.eventId(target, entry);
      const send = () => sender.send(target, eventId, entry, nowMs());
      const outcome = await this.#reader.holding(entry, send);
      metrics.attempts.inc({ outcome: labelOf(outcome) });
      work.settle(task, outcome, nowMs(), target.revision);
      if (outcome.kind === 'gone') this.#lose();
    }
    this.#saveSoon();
  }

  #readOn(work: WebhookWork): void {
    const { events, hasRoom, nowMs, clock } = this.deps;
    const { window } = work;
    const isFull = window.size > WEBHOOK_MAX_WINDOW - PAGE || work.waits.size >= RUNNER_MAX_WAITS;
    if (!this.#hasMore || this.#reading || isFull || (window.size > 0 && !hasRoom())) return;
    if (work.health.isAway && window.size > 0) return;
    this.#reading = true;
    this.#hasMore = false;
    const read = async (): Promise<void> => {
      const from = window.readPlace;
      const readMs = clock.monotonic();
      const page = await events.read(this.key.appId, from);
      if (page === null) return this.#skip(work);
      if (page.place !== from) this.#hasMore = true;
      work.add({ ...page, readMs }, nowMs());
      this.#saveSoon();
    };
    void this.#attempt('events of a webhook could not be read', read).then((): void => {
      this.#reading = false;
      this.#go();
    });
  }

  /** What follows its place is kept no longer: on with what is, once what was read is done. */
  async #skip(work: WebhookWork): Promise<void> {
    this.#hasMore = true;
    if (work.window.size > 0) return;
    const oldest = await this.deps.events.oldest(this.key.appId);
    work.skipTo(oldest);
    this.deps.metrics.missed.inc();
  }

  #wants({ kind }: EventName): boolean {
    return this.#types.length === 0 || this.#types.includes(kind);
  }

  #saveSoon(): void {
    if (this.#end.signal.aborted) return;
    this.#saveTimer ??= this.deps.clock.setTimer(SAVE_MS, () => {
      this.#saveTimer = undefined;
      void this.#save();
    });
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (this.#work?.isChanged) await this.#write(this.#work);
    });
    return this.#saving;
  }

  async #write(work: WebhookWork): Promise<void> {
    const progress = work.takeProgress();
    const held = await this.#attempt('how far a webhook is could not be written', () =>
      this.deps.rows.save(this.key, this.owner, progress),
    );
    if (held === true) this.deps.metrics.deadLetters.inc(progress.deadLetters.length);
    else if (held === false) this.#lose();
    else {
      work.giveBack(progress);
      this.#saveSoon();
    }
  }

  #lose(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.onLost();
  }

  /** Undefined: it failed, and is tried again. */
  async #attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.deps.metrics.failures.inc();
      const reason = error instanceof Error ? error.name : typeof error;
      this.deps.logger.warn({ reason }, what);
      this.#hasMore = true;
      await this.deps.clock.sleep(AGAIN_MS);
      return undefined;
    }
  }
}
