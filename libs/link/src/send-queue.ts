import { LinkProtocolError } from './errors.js';

/** `lost`: the item may or may not have arrived; the caller must not assume delivery. */
export type SettleOutcome = 'acked' | 'lost';
export type Settle = (outcome: SettleOutcome) => void;

export interface Batch {
  readonly firstNumber: number;
  readonly items: Uint8Array[];
}

export interface SendQueueLimits {
  readonly maxPendingItems: number;
  readonly maxPendingBytes: number;
}

const DROPPED = new Uint8Array(0);
const COMPACT_AFTER = 1024;

/**
 * The numbered items that the peer has not acknowledged. Items are numbered 1, 2, 3 … when queued; the first `#written` of
 * them went out on the current stream. Every settle callback runs exactly once and must not throw.
 */
export class SendQueue {
  readonly #limits: SendQueueLimits;
  #items: Uint8Array[] = [];
  #settles: (Settle | undefined)[] = [];
  #head = 0;
  #headNumber = 1;
  #written = 0;
  /** Highest number that ever went out: the peer may know it, so its number cannot be given to another item. */
  #highestWritten = 0;
  #bytes = 0;

  constructor(limits: SendQueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Highest number that the peer has acknowledged. */
  get acknowledged(): number {
    return this.#headNumber - 1;
  }

  get unwritten(): number {
    return this.size - this.#written;
  }

  /** False: a limit would be exceeded; nothing was queued. An item alone in the queue is taken whatever its size. */
  push(item: Uint8Array, settle?: Settle): boolean {
    const size = this.size;
    if (size >= this.#limits.maxPendingItems) return false;
    if (size > 0 && this.#bytes + item.length > this.#limits.maxPendingBytes) return false;
    this.#items.push(item);
    this.#settles.push(settle);
    this.#bytes += item.length;
    return true;
  }

  /** The next items to write, at least one and then as many as fit into `maxBytes`; null when all are written. */
  take(maxBytes: number): Batch | null {
    const start = this.#head + this.#written;
    const first = this.#items[start];
    if (first === undefined) return null;
    let end = start + 1;
    let bytes = first.length;
    for (let next = this.#items[end]; next !== undefined; next = this.#items[end]) {
      bytes += next.length;
      if (bytes > maxBytes) break;
      end += 1;
    }
    const firstNumber = this.#headNumber + this.#written;
    this.#written += end - start;
    this.#highestWritten = Math.max(this.#highestWritten, firstNumber + end - start - 1);
    return { firstNumber, items: this.#items.slice(start, end) };
  }

  /** Settles everything up to `number`; an older number changes nothing. Throws LinkProtocolError for one never written. */
  acknowledge(number: number): number {
    if (number > this.#highestWritten) {
      throw new LinkProtocolError(
        `item ${number} acknowledged, but only ${this.#highestWritten} were written`,
      );
    }
    const count = Math.max(0, number - this.acknowledged);
    for (let left = count; left > 0; left -= 1) this.#shift()?.('acked');
    this.#compact();
    return count;
  }

  /** A new stream whose peer has received up to `received`: the rest is written again. Returns how many that are. */
  rewind(received: number): number {
    this.acknowledge(received);
    const again = Math.max(0, this.#highestWritten - this.acknowledged);
    this.#written = 0;
    return again;
  }

  /** As `withdraw`, and leaves `item` as the only content. */
  replaceAll(item: Uint8Array): number {
    const settles = this.#empty();
    this.#bytes = item.length;
    this.#items.push(item);
    this.#settles.push(undefined);
    return settleLost(settles);
  }

  /**
   * Settles every pending item as lost. Those that the peer may have seen keep their numbers as empty ones, so that the
   * numbering stays without a hole. Returns how many were lost, of those with a callback.
   */
  withdraw(): number {
    return settleLost(this.#empty());
  }

  /** Settles every pending item as lost; the queue is empty and must not be used with the same peer boot again. */
  discard(): number {
    const settles = this.#settles.slice(this.#head);
    this.#items = [];
    this.#settles = [];
    this.#head = 0;
    this.#written = 0;
    this.#bytes = 0;
    return settleLost(settles);
  }

  #empty(): (Settle | undefined)[] {
    const keep = Math.max(0, this.#highestWritten - this.acknowledged);
    const settles = this.#settles.slice(this.#head);
    this.#items = Array.from({ length: keep }, () => DROPPED);
    this.#settles = Array.from({ length: keep }, () => undefined);
    this.#head = 0;
    this.#bytes = 0;
    this.#written = Math.min(this.#written, keep);
    return settles;
  }

  #shift(): Settle | undefined {
    const item = this.#items[this.#head];
    const settle = this.#settles[this.#head];
    this.#items[this.#head] = DROPPED;
    this.#settles[this.#head] = undefined;
    this.#head += 1;
    this.#headNumber += 1;
    this.#written = Math.max(0, this.#written - 1);
    this.#bytes -= item?.length ?? 0;
    return settle;
  }

  #compact(): void {
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#settles = [];
      this.#head = 0;
    } else if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#settles = this.#settles.slice(this.#head);
      this.#head = 0;
    }
  }
}

function settleLost(settles: (Settle | undefined)[]): number {
  let lost = 0;
  for (const settle of settles) {
    if (settle === undefined) continue;
    lost += 1;
    settle('lost');
  }
  return lost;
}
