import { activeState } from '../app/active-app.js';
import { overQuota } from '../app/quotas.js';
import type { UserContext } from '../caller.js';
import { questionOf } from './before-send.js';
import {
  addressOf,
  appendChange,
  checkTarget,
  type ChangeDeps,
  type TargetInput,
} from './change-draft.js';
import { checkContent } from './check-content.js';
import type { BeforeSendJudge, EntryPlace, MessageContent } from './ports.js';

export interface EditInput extends TargetInput {
  /** Null: the request had none. */
  readonly content: MessageContent | null;
}

/**
 * Replaces the content of an own message within the app's window and raises its revision; the kind stays.
 * Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, MUTED, PERMISSION_DENIED (also: the app's hook), LIMIT_EXCEEDED (content, or
 * too many edits).
 */
export class EditEntry {
  constructor(readonly deps: ChangeDeps & { readonly beforeSend: BeforeSendJudge }) {}

  async run(context: UserContext, input: EditInput): Promise<EntryPlace> {
    const app = await activeState(this.deps.apps, context.appId);
    const { settings: rules } = app;
    const targetSeq = checkTarget(input.targetSeq);
    const { kind, encoded, replyToSeq } = checkContent(input.content, rules);
    const { contents, log, beforeSend } = this.deps;
    const address = addressOf(context, input);
    const about = { ...address, content: encoded, editOfSeq: targetSeq };
    const refusal =
      overQuota(app, 'maxEntries') ?? (await beforeSend.judge(questionOf(context, about)));
    const entryContent = (revision: number) => contents.edit(targetSeq, encoded, revision);
    return appendChange(log, context, input, {
      kind: 'edit',
      content: entryContent(0),
      replyToSeq,
      ...(refusal === null ? {} : { refusal }),
      change: {
        kind: 'edit',
        targetSeqs: [targetSeq],
        windowMs: rules.editWindowMs,
        contentKind: kind,
        content: encoded,
        entryContent,
        isOfTarget: (entry) => contents.editedSeq(entry) === targetSeq,
      },
    });
  }
}
