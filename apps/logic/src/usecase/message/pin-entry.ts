import { activeState } from '../app/active-app.js';
import { overQuota } from '../app/quotas.js';
import type { UserContext } from '../caller.js';
import { appendChange, checkTarget, type ChangeDeps, type TargetInput } from './change-draft.js';
import type { EntryPlace } from './ports.js';

export interface PinInput extends TargetInput {
  readonly remove: boolean;
}

/**
 * Pins or unpins a message for everyone: anyone in a direct chat, owner and admins in a group. One that is so already changes
 * nothing: seq 0. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, MUTED, PERMISSION_DENIED, LIMIT_EXCEEDED.
 */
export class PinEntry {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: UserContext, input: PinInput): Promise<EntryPlace> {
    const app = await activeState(this.deps.apps, context.appId);
    const targetSeq = checkTarget(input.targetSeq);
    const { remove: removed } = input;
    // What takes something away is let in.
    const refusal = removed ? undefined : overQuota(app, 'maxEntries');
    return appendChange(this.deps.log, context, input, {
      kind: 'pin',
      content: this.deps.contents.pin(targetSeq, removed),
      change: { kind: 'pin', targetSeqs: [targetSeq], removed },
      ...(refusal ? { refusal } : {}),
    });
  }
}
