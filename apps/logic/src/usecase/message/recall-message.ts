import type { BusinessContext } from '../caller.js';
import {
  appendAppChange,
  checkTarget,
  rulesOf,
  type AppChangeInput,
  type ChangeDeps,
} from './change-draft.js';
import type { EntryPlace } from './ports.js';

export interface RecallMessageInput extends AppChangeInput {
  readonly targetSeq: number;
}

/**
 * Takes any message back on behalf of the app, however old it is. Errors: INVALID_ARGUMENT, NOT_FOUND, APP_SUSPENDED.
 */
export class RecallMessage {
  constructor(readonly deps: ChangeDeps) {}

  async run(context: BusinessContext, input: RecallMessageInput): Promise<EntryPlace> {
    const { recallWindowMs: windowMs } = await rulesOf(this.deps, context);
    const targetSeq = checkTarget(input.targetSeq);
    return appendAppChange(this.deps.log, context, input, {
      kind: 'recall',
      content: this.deps.contents.recall(targetSeq),
      change: { kind: 'recall', targetSeqs: [targetSeq], windowMs },
    });
  }
}
