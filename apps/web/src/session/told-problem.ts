import { QueqiaoError } from '@queqiao/sdk';
import type { StringKey } from '../text/strings.js';
import { Problem } from './chat-actions.js';

export type Reasons = Partial<Record<QueqiaoError['code'], StringKey>>;

/** Runs a call, and tells in the person's language why it failed. Without a reason of its own the server's words are shown. */
export async function telling<Result>(
  call: Promise<Result>,
  reasons: Reasons = {},
): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Problem) throw error;
    const known = error instanceof QueqiaoError ? reasons[error.code] : undefined;
    if (known !== undefined) throw new Problem(known);
    if (error instanceof QueqiaoError && error.retryable) throw new Problem('unreachable');
    throw new Problem('problem', error instanceof Error ? error.message : String(error));
  }
}
