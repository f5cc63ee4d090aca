import type { Clock } from '@queqiao/runtime';
import { z } from 'zod';
import {
  OutboundFailure,
  signedHeaders,
  type GuardedRequests,
  type OutboundResponse,
} from '../outbound/index.js';
import type { BeforeSendQuestion } from '../usecase/message/ports.js';
import { HookFailure } from './hook-failure.js';
import type { BeforeSendHook, HookCaller, Verdict } from './ports.js';

/** Of an answer's body: more of it is no answer. */
export const HOOK_MAX_ANSWER_BYTES = 16 * 1024;

/** Writers of JSON in many languages write what is not set as null. */
const answerSchema = z.object({
  allow: z.boolean(),
  message: z
    .string()
    .nullish()
    .transform((message) => message ?? ''),
});

export interface HttpHookCallerDeps {
  readonly requests: Pick<GuardedRequests, 'post'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly encode: (
    question: BeforeSendQuestion,
    named: { readonly questionId: string; readonly askedMs: number },
  ) => Uint8Array;
}

/** Asks by HTTP, once: whoever sends a message again is asked about again. */
export class HttpHookCaller implements HookCaller {
  constructor(readonly deps: HttpHookCallerDeps) {}

  async ask(hook: BeforeSendHook, question: BeforeSendQuestion): Promise<Verdict> {
    // Nobody could tell that it is ours, and it says what a user writes.
    if (hook.secrets.length === 0) throw new HookFailure('secret');
    const { status, truncated, body } = await this.#post(hook, question);
    if (status !== 200) throw new HookFailure(`status ${status}`);
    if (truncated) throw new HookFailure('answer');
    return verdictIn(body);
  }

  async #post(hook: BeforeSendHook, question: BeforeSendQuestion): Promise<OutboundResponse> {
    const { requests, clock, newId } = this.deps;
    const [questionId, askedMs] = [newId(), clock.now()];
    const body = this.#bodyOf(question, { questionId, askedMs });
    const timestampSeconds = Math.floor(askedMs / 1_000);
    const signed = signedHeaders(hook.secrets, { id: questionId, timestampSeconds, body });
    const headers = { ...signed, 'content-type': 'application/json' };
    const limits = { timeoutMs: hook.timeoutMs, maxResponseBytes: HOOK_MAX_ANSWER_BYTES };
    try {
      return await requests.post({ url: hook.url, headers, body, ...limits });
    } catch (error) {
      throw new HookFailure(error instanceof OutboundFailure ? error.reason : 'connection');
    }
  }

  #bodyOf(...question: Parameters<HttpHookCallerDeps['encode']>): Uint8Array {
    try {
      return this.deps.encode(...question);
    } catch {
      throw new HookFailure('encoding');
    }
  }
}

function verdictIn(body: Buffer): Verdict {
  try {
    return answerSchema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new HookFailure('answer');
  }
}
