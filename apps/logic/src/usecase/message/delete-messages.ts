import type { BusinessContext } from '../caller.js';
import { appendAppChange, rulesOf, type AppChangeInput, type ChangeDeps } from './change-draft.js';
import { checkTargets } from './delete-entries.js';
import type { EntryPlace } from './ports.js';

export interface DeleteMessagesInput extends AppChangeInput {
  /** 1 to MAX_DELETED_TARGETS. */
  readonly targetSeqs: readonly number[];
}

/**
 * Deletes any messages for everyone on behalf of the app; all of them or none. Errors: INVALID_ARGUMENT, NOT_FOUND,
 * APP_SUSPENDED.
 */
export class DeleteMessages {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: BusinessContext, input: DeleteMessagesInput): Promise<EntryPlace> {
    await rulesOf(this.deps, context);
    const targetSeqs = checkTargets(input.targetSeqs);
    return appendAppChange(this.deps.log, context, input, {
      kind: 'delete',
      content: this.deps.contents.deletion(targetSeqs),
      change: { kind: 'delete', targetSeqs },
    });
  }
}
