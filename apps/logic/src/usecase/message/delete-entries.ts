import type { UserContext } from '../caller.js';
import { appendChange, rulesOf, type ChangeDeps, type ChangeInput } from './change-draft.js';
import type { EntryPlace } from './ports.js';
import { deletion } from './removals.js';

export interface DeleteInput extends ChangeInput {
  /** 1 to MAX_DELETED_TARGETS. */
  readonly targetSeqs: readonly number[];
}

/**
 * Deletes messages for everyone: own ones, or any as a group's owner or admin; all of them or none.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED.
 */
export class DeleteEntries {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: UserContext, input: DeleteInput): Promise<EntryPlace> {
    const { log, contents } = this.deps;
    await rulesOf(this.deps, context);
    return appendChange(log, context, input, deletion(contents, input.targetSeqs));
  }
}
