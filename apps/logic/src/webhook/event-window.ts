import type { ConversationId } from '@queqiao/domain';
import type { EventPlace } from '../usecase/event/ports.js';
import type { AppEvent, EventName, WebhookEntry } from './ports.js';

export interface WindowItem extends EventName {
  readonly place: EventPlace;
  /** When its page was read. */
  readonly readMs: number;
  /** As it was then; undefined: somebody has taken it, or it was too old. */
  entry: WebhookEntry | undefined;
  done: boolean;
}

export interface EventPage {
  readonly events: readonly AppEvent[];
  /** Behind the last of them. */
  readonly place: EventPlace;
  /** Not after any of them was read, by a clock that never goes back. */
  readonly readMs: number;
}

/**
 * Events that were read and not dealt with, in their order. Those of one conversation are taken one after the other, each when the one
 * before is done; the place moves over what is done, up to the first that is not.
 */
export class EventWindow {
  #items: WindowItem[] = [];
  /** What is not done, by conversation. */
  readonly #lanes = new Map<ConversationId, WindowItem[]>();
  /** Of which the first one can be taken. */
  readonly #ready = new Set<ConversationId>();
  #bytes = 0;

  /** `readTo`: behind the last event that was read. */
  constructor(
    private donePlace: EventPlace,
    private readTo: EventPlace = donePlace,
  ) {}

  /** Everything up to here is done. */
  get place(): EventPlace {
    return this.donePlace;
  }

  get readPlace(): EventPlace {
    return this.readTo;
  }

  get size(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `passed` says which events are somebody else's business: they count as done. Pages come in the order in which they are read. */
  add({ events, place: readTo, readMs }: EventPage, passed: (event: EventName) => boolean): void {
    for (const { place, entry } of events) {
      const { conversationId, seq, kind } = entry;
      const name = { conversationId, seq, kind };
      const done = passed(name);
      const item = { ...name, place, readMs, entry: done ? undefined : entry, done };
      this.#items.push(item);
      this.#bytes += item.entry?.content.byteLength ?? 0;
      if (!done) this.#queue(item);
    }
    this.readTo = readTo;
    this.#move();
  }

  /** What was read of an event at `sinceMs` or later. It is the caller's from now on: another one gets nothing. */
  takeEntry(item: WindowItem, sinceMs: number): WebhookEntry | undefined {
    const { entry, readMs } = item;
    this.#drop(item);
    return readMs >= sinceMs ? entry : undefined;
  }

  /** Keeps nothing that was read before. */
  forget(beforeMs: number): void {
    for (const item of this.#items) {
      if (item.readMs >= beforeMs) return;
      this.#drop(item);
    }
  }

  /** Whether something of the conversation is not done. */
  has(conversationId: ConversationId): boolean {
    return this.#lanes.has(conversationId);
  }

  /** The next event that nothing holds up, of another conversation each time. */
  take(): WindowItem | undefined {
    for (const conversationId of this.#ready) {
      this.#ready.delete(conversationId);
      const item = this.#lanes.get(conversationId)?.[0];
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** What was taken can be taken again. */
  putBack({ conversationId }: WindowItem): void {
    this.#ready.add(conversationId);
  }

  done(item: WindowItem): void {
    this.#settle(item);
    const { conversationId } = item;
    const lane = this.#lanes.get(conversationId);
    if (lane?.[0] === item) lane.shift();
    if (lane?.length === 0) this.#lanes.delete(conversationId);
    else this.#ready.add(conversationId);
    this.#move();
  }

  /** Everything of a conversation that is not done, which counts as done from now on. */
  giveAway(conversationId: ConversationId): readonly EventName[] {
    const lane = this.#lanes.get(conversationId) ?? [];
    this.#lanes.delete(conversationId);
    this.#ready.delete(conversationId);
    for (const item of lane) this.#settle(item);
    this.#move();
    return lane;
  }

  #settle(item: WindowItem): void {
    item.done = true;
    this.#drop(item);
  }

  #drop(item: WindowItem): void {
    this.#bytes -= item.entry?.content.byteLength ?? 0;
    item.entry = undefined;
  }

  #queue(item: WindowItem): void {
    const { conversationId } = item;
    const lane = this.#lanes.get(conversationId);
    if (lane) {
      lane.push(item);
      return;
    }
    this.#lanes.set(conversationId, [item]);
    this.#ready.add(conversationId);
  }

  #move(): void {
    let count = 0;
    for (const { done, place } of this.#items) {
      if (!done) break;
      this.donePlace = place;
      count += 1;
    }
    if (count > 0) this.#items = this.#items.slice(count);
    if (this.#items.length === 0) this.donePlace = this.readTo;
  }
}
