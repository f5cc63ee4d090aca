import type { BusinessContext } from '../caller.js';
import { appendAppChange, rulesOf, type AppChangeInput, type ChangeDeps } from './change-draft.js';
import type { EntryPlace } from './ports.js';
import { deletion } from './removals.js';

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
    const { log, contents } = this.deps;
    await rulesOf(this.deps, context);
    return appendAppChange(log, context, input, deletion(contents, input.targetSeqs));
  }
}
