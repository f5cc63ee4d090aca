import { directConversationId, DomainError, ERROR_TABLE, type UserId } from '@queqiao/domain';
import { counterIn, type Clock, type Registry } from '@queqiao/runtime';
import type { Apps } from '../usecase/app/ports.js';
import { overQuota } from '../usecase/app/quotas.js';
import { broadcastMsgId } from '../usecase/broadcast/start-broadcast.js';
import { BroadcastPace } from './broadcast-pace.js';
import { BROADCAST_MAX_ATTEMPTS, BROADCAST_MAX_STEP_MS, BROADCAST_MAX_WAVE } from './limits.js';
import type { BroadcastJob, BroadcastLog, BroadcastRows, ChatMaker, Recipient } from './ports.js';

export interface BroadcastStepsDeps {
  readonly rows: BroadcastRows;
  readonly log: BroadcastLog;
  readonly chats: ChatMaker;
  readonly apps: Apps;
  readonly clock: Clock;
  readonly registry: Registry;
}

/** Users of a step that were sent to, in the order of ids. */
interface Tally {
  doneTo: UserId | '';
  done: number;
  failed: number;
}

/**
 * Takes broadcasts further, some users at a time. Where they stand is committed after the messages: after a crash in between the
 * same messages are handed to the log again, which knows them by their client_msg_id.
 */
export class BroadcastSteps {
  readonly #deps: BroadcastStepsDeps;
  readonly #pace: BroadcastPace;
  readonly #messages;
  #stopped = false;

  constructor(deps: BroadcastStepsDeps) {
    this.#deps = deps;
    this.#pace = new BroadcastPace(deps.clock, deps.log);
    this.#messages = counterIn(deps.registry, {
      name: 'queqiao_broadcast_messages_total',
      help: 'Messages of broadcasts: sent (also before, by a step that was not counted) and failed',
      labelNames: ['result'] as const,
    });
  }

  /** Steps under way end with their wave. */
  stop(): void {
    this.#stopped = true;
  }

  /** One step. `more`: the next one can be claimed. Rejects when the log does not answer; what was sent until then counts. */
  async run(job: BroadcastJob): Promise<{ readonly more: boolean }> {
    const { rows, apps, clock } = this.#deps;
    // It waits, as nothing of it is said to be done: claims of it become rare.
    const app = await apps.app(job.appId);
    if (app?.status !== 'active' || overQuota(app, 'maxEntries')) return { more: false };
    const { recipients, through, isLast } = await rows.recipients(job);
    const tally: Tally = { doneTo: job.doneTo, done: 0, failed: 0 };
    const endMs = clock.monotonic() + BROADCAST_MAX_STEP_MS;
    let at = 0;
    try {
      for (; at < recipients.length; at += BROADCAST_MAX_WAVE) {
        if (at > 0 && (this.#stopped || clock.monotonic() >= endMs)) break;
        const wave = recipients.slice(at, at + BROADCAST_MAX_WAVE);
        await this.#pace.wave(wave.length, () => this.#wave(job, wave, tally));
      }
    } catch (error) {
      if (tally.doneTo !== job.doneTo) await rows.advance(job, { ...tally, isLast: false });
      throw error;
    }
    const isWhole = at >= recipients.length;
    const doneTo = isWhole ? through : tally.doneTo;
    return rows.advance(job, { ...tally, doneTo, isLast: isWhole && isLast });
  }

  /** All of them or none: the tally has no holes. */
  async #wave(job: BroadcastJob, wave: readonly Recipient[], tally: Tally): Promise<void> {
    const refused = await this.#makeChats(job, wave);
    const outcomes = await Promise.all(
      wave.map(async (recipient) =>
        refused.has(recipient.userId) ? 'failed' : this.#send(job, recipient),
      ),
    );
    const unknown = outcomes.find((outcome) => outcome instanceof Error);
    if (unknown) throw unknown;
    const done = outcomes.filter((outcome) => outcome === 'sent').length;
    const failed = outcomes.length - done;
    this.#messages.inc({ result: 'sent' }, done);
    this.#messages.inc({ result: 'failed' }, failed);
    tally.done += done;
    tally.failed += failed;
    tally.doneTo = wave.at(-1)?.userId ?? tally.doneTo;
  }

  /** Beforehand, as the log would hold up everybody's messages for it; those who can have none. */
  async #makeChats(job: BroadcastJob, wave: readonly Recipient[]): Promise<Set<UserId>> {
    const missing = wave.filter(({ hasChat }) => !hasChat);
    if (missing.length === 0) return new Set();
    const answers = await this.#deps.chats.ensure(
      missing.map(({ userId }) => ({
        appId: job.appId,
        conversationId: directConversationId(job.accountId, userId),
      })),
    );
    return new Set(missing.filter((_, at) => answers[at]).map(({ userId }) => userId));
  }

  async #send(job: BroadcastJob, { userId }: Recipient): Promise<'sent' | 'failed' | Error> {
    const { appId, accountId, broadcastId, sender, kind, content, countable } = job;
    const conversationId = directConversationId(accountId, userId);
    const clientMsgId = broadcastMsgId(broadcastId);
    const entry = { appId, conversationId, sender, clientMsgId, kind, content, countable };
    try {
      await this.#deps.log.append(entry);
      return 'sent';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { effect, retryable } = ERROR_TABLE[error.code];
      const isFinal = effect === 'none' && !retryable;
      // One that the log cannot store, as often as it is tried, must not hold up the rest.
      const isHopeless = error.code === 'INTERNAL' && job.attempts >= BROADCAST_MAX_ATTEMPTS;
      return isFinal || isHopeless ? 'failed' : error;
    }
  }
}
