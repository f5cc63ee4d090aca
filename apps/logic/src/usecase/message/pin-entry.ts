import type { UserContext } from '../caller.js';
import {
  appendChange,
  checkTarget,
  rulesOf,
  type ChangeDeps,
  type TargetInput,
} from './change-draft.js';
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
    await rulesOf(this.deps, context);
    const targetSeq = checkTarget(input.targetSeq);
    const { remove: removed } = input;
    return appendChange(this.deps.log, context, input, {
      kind: 'pin',
      content: this.deps.contents.pin(targetSeq, removed),
      change: { kind: 'pin', targetSeqs: [targetSeq], removed },
    });
  }
}
