import type { BusinessContext } from '../caller.js';
import { appendAppChange, rulesOf, type AppChangeInput, type ChangeDeps } from './change-draft.js';
import type { EntryPlace } from './ports.js';
import { recall } from './removals.js';

export interface RecallMessageInput extends AppChangeInput {
  readonly targetSeq: number;
}

/**
 * Takes any message back on behalf of the app, however old it is. Errors: INVALID_ARGUMENT, NOT_FOUND, APP_SUSPENDED.
 */
export class RecallMessage {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: BusinessContext, input: RecallMessageInput): Promise<EntryPlace> {
    const { log, contents } = this.deps;
    const { recallWindowMs } = await rulesOf(this.deps, context);
    return appendAppChange(log, context, input, recall(contents, input.targetSeq, recallWindowMs));
  }
}
