import type { Clock } from '@queqiao/runtime';
import { z } from 'zod';
import { signedHeaders, type GuardedRequests } from '../outbound/index.js';
import type { BeforeSendQuestion } from '../usecase/message/ports.js';
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
    const { requests, clock, newId, encode } = this.deps;
    // Nobody could tell that it is ours, and it says what a user writes.
    if (hook.secrets.length === 0) throw new Error('no key opens a secret of the hook');
    const [questionId, askedMs] = [newId(), clock.now()];
    const body = encode(question, { questionId, askedMs });
    const timestampSeconds = Math.floor(askedMs / 1_000);
    const signed = signedHeaders(hook.secrets, { id: questionId, timestampSeconds, body });
    const answer = await requests.post({
      url: hook.url,
      headers: { ...signed, 'content-type': 'application/json' },
      body,
      timeoutMs: hook.timeoutMs,
      maxResponseBytes: HOOK_MAX_ANSWER_BYTES,
    });
    if (answer.status !== 200 || answer.truncated) {
      throw new Error(
        `the hook answered with status ${answer.status} and ${answer.body.length} bytes`,
      );
    }
    return answerSchema.parse(JSON.parse(answer.body.toString('utf8')));
  }
}
