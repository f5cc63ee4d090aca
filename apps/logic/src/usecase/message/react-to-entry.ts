import { invalidArgument } from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import { overQuota } from '../app/quotas.js';
import type { UserContext } from '../caller.js';
import { appendChange, checkTarget, type ChangeDeps, type TargetInput } from './change-draft.js';
import type { EntryPlace } from './ports.js';

export const MAX_EMOJI_BYTES = 32;

export interface ReactInput extends TargetInput {
  readonly emoji: string;
  readonly remove: boolean;
}

/**
 * Adds or takes away one reaction of the caller's. One that is there already, or not there, changes nothing: seq 0.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, MUTED, LIMIT_EXCEEDED.
 */
export class ReactToEntry {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: UserContext, input: ReactInput): Promise<EntryPlace> {
    const app = await activeState(this.deps.apps, context.appId);
    const targetSeq = checkTarget(input.targetSeq);
    const { emoji, remove: removed } = input;
    const length = Buffer.byteLength(emoji);
    if (length < 1 || length > MAX_EMOJI_BYTES) {
      throw invalidArgument('emoji', `must have 1 to ${MAX_EMOJI_BYTES} bytes`);
    }
    // What takes something away is let in.
    const refusal = removed ? undefined : overQuota(app, 'maxEntries');
    return appendChange(this.deps.log, context, input, {
      kind: 'reaction',
      content: this.deps.contents.reaction(targetSeq, emoji, removed),
      change: { kind: 'react', targetSeqs: [targetSeq], emoji, removed },
      ...(refusal ? { refusal } : {}),
    });
  }
}
