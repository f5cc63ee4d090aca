import { DomainError, type AppId } from '@queqiao/domain';
import { counterIn, gaugeIn, type Counter, type Gauge, type Registry } from '@queqiao/runtime';
import type { BeforeSendJudge, BeforeSendQuestion } from '../usecase/message/ports.js';
import { HookFailure } from './hook-failure.js';
import type { HookHealth } from './hook-health.js';
import type { BeforeSendHook, HookCaller, Hooks, Verdict } from './ports.js';

/** Questions of one app that wait for an answer at one node: a hook that hangs holds no more calls than that. */
export const HOOK_MAX_IN_FLIGHT = 128;
/** UTF-16 units of what a hook tells a sender; the rest is cut. */
export const HOOK_MESSAGE_MAX = 256;

type Outcome = 'allowed' | 'refused' | 'failed' | 'crowded';

export interface BeforeSendDeps {
  readonly hooks: Hooks;
  readonly caller: HookCaller;
  readonly health: Pick<HookHealth, 'failed' | 'answered'>;
  readonly metrics: Registry;
}

/**
 * Lets an app's back end judge what its users are about to say, while nothing is stored yet. Answers why it must not be stored;
 * null: it may. Never rejects for a hook's sake: what a failure means is the app's decision.
 *
 * What one user says in one conversation leaves in the order in which it came, however long each answer takes.
 */
export class BeforeSend implements BeforeSendJudge {
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #inFlight = new Map<AppId, number>();
  readonly #outcomes: Counter<'outcome'>;
  readonly #waiting: Gauge;

  constructor(readonly deps: BeforeSendDeps) {
    this.#outcomes = counterIn(deps.metrics, {
      name: 'queqiao_before_send_total',
      help: 'Messages that before-send hooks were to judge, by what came of it',
      labelNames: ['outcome'],
    });
    this.#waiting = gaugeIn(deps.metrics, {
      name: 'queqiao_before_send_in_flight',
      help: 'Questions to before-send hooks that wait for an answer',
    });
  }

  /** Rejects only when it cannot be known whether the app has a hook. */
  judge(question: BeforeSendQuestion): Promise<DomainError | null> {
    const { appId, userId, conversationId } = question;
    const key = `${appId} ${userId} ${conversationId}`;
    const before = this.#tails.get(key);
    // Begun before anything is waited for: the answers may come in any order, what they let go may not.
    const own = this.#refusal(question);
    const turn = before ? inTurn(before, own) : own;
    this.#tails.set(key, turn);
    const leave = (): void => {
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  }

  async #refusal(question: BeforeSendQuestion): Promise<DomainError | null> {
    const hook = await this.deps.hooks.beforeSend(question.appId);
    if (hook === null) return null;
    const verdict = await this.#ask(hook, question);
    if (verdict === null) return hook.onFailure === 'allow' ? null : unanswered();
    if (verdict.allow) return null;
    const message = verdict.message.slice(0, HOOK_MESSAGE_MAX) || 'the app does not take this';
    return new DomainError('PERMISSION_DENIED', message, { field: 'content' });
  }

  /** Null: there was no answer. */
  async #ask(hook: BeforeSendHook, question: BeforeSendQuestion): Promise<Verdict | null> {
    const { appId } = question;
    const { caller, health } = this.deps;
    const asked = this.#inFlight.get(appId) ?? 0;
    if (asked >= HOOK_MAX_IN_FLIGHT) {
      health.failed(appId, hook, 'crowded');
      return this.#count('crowded', null);
    }
    this.#move(appId, asked + 1);
    try {
      const verdict = await caller.ask(hook, question);
      health.answered(appId, hook);
      return this.#count(verdict.allow ? 'allowed' : 'refused', verdict);
    } catch (error) {
      health.failed(appId, hook, error instanceof HookFailure ? error.reason : 'connection');
      return this.#count('failed', null);
    } finally {
      this.#move(appId, (this.#inFlight.get(appId) ?? 1) - 1);
    }
  }

  #move(appId: AppId, asked: number): void {
    this.#waiting.inc(asked - (this.#inFlight.get(appId) ?? 0));
    if (asked === 0) this.#inFlight.delete(appId);
    else this.#inFlight.set(appId, asked);
  }

  #count(outcome: Outcome, verdict: Verdict | null): Verdict | null {
    this.#outcomes.inc({ outcome });
    return verdict;
  }
}

async function inTurn<T>(before: Promise<unknown>, own: Promise<T>): Promise<T> {
  await Promise.allSettled([before, own]);
  return own;
}

/** Whoever sends it again may be heard: nothing is lost by a hook that is away. */
function unanswered(): DomainError {
  return new DomainError('UNAVAILABLE', "the app's hook does not answer", { field: 'hook' });
}
