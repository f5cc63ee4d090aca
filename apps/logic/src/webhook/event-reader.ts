import type { EventWindow } from './event-window.js';
import { WEBHOOK_CONTENT_MAX_AGE_MS, WEBHOOK_MAX_SCAN } from './limits.js';
import type { SeqRange, WebhookEntry, WebhookKey } from './ports.js';
import type { RunnerDeps } from './runner-deps.js';
import type { Task } from './webhook-work.js';

export interface FoundEvent {
  /** Null: none of the range is wanted. */
  readonly entry: WebhookEntry | null;
  readonly range: SeqRange;
}

/**
 * Events as they are now: what was read ahead of those of the window, as long as it is young, and of all others what the database says
 * right before they are sent.
 */
export class EventReader {
  #bytes = 0;

  constructor(
    private readonly deps: Pick<RunnerDeps, 'rows' | 'clock' | 'metrics'>,
    private readonly appId: WebhookKey['appId'],
  ) {}

  /** Of the contents that are being sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What was read before is too old by now. */
  get sinceMs(): number {
    return this.deps.clock.monotonic() - WEBHOOK_CONTENT_MAX_AGE_MS;
  }

  /** Rejects when the database does not answer. */
  async find(task: Task, window: EventWindow, types: readonly string[]): Promise<FoundEvent> {
    const { conversationId } = task.kind === 'fresh' ? task.item : task.wait;
    const range = rangeOf(task);
    const young = task.kind === 'fresh' ? window.takeEntry(task.item, this.sinceMs) : undefined;
    if (young !== undefined) return { entry: young, range };
    if (task.kind === 'fresh') this.deps.metrics.rereads.inc();
    const entry = await this.deps.rows.firstEntry(this.appId, conversationId, range, types);
    return { entry, range };
  }

  /** Counts a content for as long as `work` goes on. */
  async holding<T>({ content }: WebhookEntry, work: () => Promise<T>): Promise<T> {
    this.#bytes += content.byteLength;
    try {
      return await work();
    } finally {
      this.#bytes -= content.byteLength;
    }
  }
}

function rangeOf(task: Task): SeqRange {
  if (task.kind === 'fresh') return { fromSeq: task.item.seq, toSeq: task.item.seq };
  const { nextSeq: fromSeq, lastSeq } = task.wait;
  return { fromSeq, toSeq: Math.min(lastSeq, fromSeq + WEBHOOK_MAX_SCAN - 1) };
}
