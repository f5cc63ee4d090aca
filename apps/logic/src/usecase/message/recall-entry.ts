import type { UserContext } from '../caller.js';
import {
  appendChange,
  checkTarget,
  rulesOf,
  type ChangeDeps,
  type TargetInput,
} from './change-draft.js';
import type { EntryPlace } from './ports.js';

/**
 * Takes a message back: its content is gone everywhere. Own ones within the app's window, any as a group's owner or admin.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED.
 */
export class RecallEntry {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: UserContext, input: TargetInput): Promise<EntryPlace> {
    const { recallWindowMs: windowMs } = await rulesOf(this.deps, context);
    const targetSeq = checkTarget(input.targetSeq);
    return appendChange(this.deps.log, context, input, {
      kind: 'recall',
      content: this.deps.contents.recall(targetSeq),
      change: { kind: 'recall', targetSeqs: [targetSeq], windowMs },
    });
  }
}
