import type { UserContext } from '../caller.js';
import { appendChange, rulesOf, type ChangeDeps, type TargetInput } from './change-draft.js';
import type { EntryPlace } from './ports.js';
import { recall } from './removals.js';

/**
 * Takes a message back: its content is gone everywhere. Own ones within the app's window, any as a group's owner or admin.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED.
 */
export class RecallEntry {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: UserContext, input: TargetInput): Promise<EntryPlace> {
    const { log, contents } = this.deps;
    const { recallWindowMs } = await rulesOf(this.deps, context);
    return appendChange(log, context, input, recall(contents, input.targetSeq, recallWindowMs));
  }
}
