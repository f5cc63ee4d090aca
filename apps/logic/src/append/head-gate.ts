import { describeConversation, type DomainError } from '@queqiao/domain';
import { Backoff, type Clock, type Logger } from '@queqiao/runtime';
import type { AppendMetrics } from './append-metrics.js';
import { nameOf, storeUnavailable } from './batch-runner.js';
import type { AppendLimits } from './limits.js';
import type { PendingAppend } from './pending-append.js';
import { conversationNotFound } from './permission.js';
import type { ConversationKey, HeadMaker } from './ports.js';

export interface HeadGateDeps {
  readonly heads: HeadMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AppendMetrics;
}

/**
 * Entries of conversations without a head: makes the heads of direct chats and feeds, each once for all its entries, and
 * refuses the entries of all others.
 */
export class HeadGate {
  readonly #deps: HeadGateDeps;
  readonly #limits: AppendLimits;

  constructor(deps: HeadGateDeps, limits: AppendLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Answers the entries that can be appended now, in their order; the others are settled. Never rejects. */
  async open(headless: readonly PendingAppend[]): Promise<readonly PendingAppend[]> {
    const wanted = new Map<string, ConversationKey>();
    const waiting: PendingAppend[] = [];
    for (const item of headless) {
      // Without a head nothing is stored, so it is no retry; and a refused entry must not make one.
      if (item.request.refusal) {
        this.#refuse(item, item.request.refusal);
        continue;
      }
      // A second time without a head: it was not made for long, or not where it was looked for.
      if (item.headMade || !mayMakeHead(item)) {
        this.#refuse(item, conversationNotFound());
        continue;
      }
      const { appId, conversationId } = item.request;
      // For one that nobody waits for none is made; its lane drops it.
      if (!item.abandoned) wanted.set(item.key, { appId, conversationId });
      waiting.push(item);
    }
    if (wanted.size === 0) return waiting;
    const reasons = await this.#ensure(wanted);
    return waiting.filter((item) => this.#pass(item, reasons.get(item.key) ?? null));
  }

  #pass(item: PendingAppend, reason: DomainError | null): boolean {
    if (reason) this.#refuse(item, reason);
    else item.headMade = true;
    return reason === null;
  }

  #refuse(item: PendingAppend, error: DomainError): void {
    this.#deps.metrics.results.inc({ result: 'refused' });
    item.reject(error);
  }

  async #ensure(wanted: ReadonlyMap<string, ConversationKey>) {
    const { maxAttempts, retryBaseMs, retryMaxMs, retryAfterMs } = this.#limits;
    const backoff = new Backoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
    const keys = [...wanted.keys()];
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answers = await this.#deps.heads.ensure([...wanted.values()]);
        const made = answers.filter((answer) => answer === null).length;
        this.#deps.metrics.madeHeads.inc(made);
        return new Map(keys.map((key, index) => [key, answers[index] ?? null]));
      } catch (error) {
        if (attempt >= maxAttempts) {
          this.#deps.logger.warn({ reason: nameOf(error) }, 'heads could not be made');
          return new Map(keys.map((key) => [key, storeUnavailable(retryAfterMs)]));
        }
        await this.#deps.clock.sleep(backoff.next());
      }
    }
  }
}

/** Groups are created; direct chats and feeds begin with their first entry, a direct chat only by one of the two. */
function mayMakeHead({ request }: PendingAppend): boolean {
  const ref = describeConversation(request.conversationId);
  if (!ref || ref.kind === 'group') return false;
  if (request.sender.kind !== 'user') return true;
  const { id } = request.sender;
  return ref.kind === 'direct' ? ref.a === id || ref.b === id : ref.user === id;
}
