import type { ConversationId } from '@queqiao/domain';
import type { EventPlace } from '../usecase/event/ports.js';
import type { AppEvent, WebhookEntry } from './ports.js';

export interface WindowItem {
  readonly place: EventPlace;
  readonly entry: WebhookEntry;
  done: boolean;
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

  /** `passed` says which events are somebody else's business: they count as done. */
  add(
    events: readonly AppEvent[],
    readTo: EventPlace,
    passed: (entry: WebhookEntry) => boolean,
  ): void {
    for (const { place, entry } of events) {
      const item = { place, entry, done: passed(entry) };
      this.#items.push(item);
      this.#bytes += entry.content.byteLength;
      if (!item.done) this.#queue(item);
    }
    this.readTo = readTo;
    this.#move();
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
  putBack({ entry }: WindowItem): void {
    this.#ready.add(entry.conversationId);
  }

  done(item: WindowItem): void {
    item.done = true;
    const { conversationId } = item.entry;
    const lane = this.#lanes.get(conversationId);
    if (lane?.[0] === item) lane.shift();
    if (lane?.length === 0) this.#lanes.delete(conversationId);
    else this.#ready.add(conversationId);
    this.#move();
  }

  /** Everything of a conversation that is not done, which counts as done from now on. */
  giveAway(conversationId: ConversationId): readonly WebhookEntry[] {
    const lane = this.#lanes.get(conversationId) ?? [];
    this.#lanes.delete(conversationId);
    this.#ready.delete(conversationId);
    for (const item of lane) item.done = true;
    this.#move();
    return lane.map(({ entry }) => entry);
  }

  #queue(item: WindowItem): void {
    const { conversationId } = item.entry;
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
    for (const { done, entry, place } of this.#items) {
      if (!done) break;
      this.#bytes -= entry.content.byteLength;
      this.donePlace = place;
      count += 1;
    }
    if (count > 0) this.#items = this.#items.slice(count);
    if (this.#items.length === 0) this.donePlace = this.readTo;
  }
}
