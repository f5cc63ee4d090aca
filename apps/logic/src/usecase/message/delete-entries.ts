import { invalidArgument, MAX_DELETED_TARGETS } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import {
  appendChange,
  checkTarget,
  rulesOf,
  type ChangeDeps,
  type ChangeInput,
} from './change-draft.js';
import type { EntryPlace } from './ports.js';

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
    await rulesOf(this.deps, context);
    const targetSeqs = checkTargets(input.targetSeqs);
    return appendChange(this.deps.log, context, input, {
      kind: 'delete',
      content: this.deps.contents.deletion(targetSeqs),
      change: { kind: 'delete', targetSeqs },
    });
  }
}

/** Errors: INVALID_ARGUMENT. */
export function checkTargets(seqs: readonly number[]): number[] {
  if (seqs.length < 1 || seqs.length > MAX_DELETED_TARGETS) {
    throw invalidArgument('target_seqs', `must be 1 to ${MAX_DELETED_TARGETS}`);
  }
  seqs.forEach((seq, index) => checkTarget(seq, `target_seqs[${index}]`));
  return [...new Set(seqs)].sort((a, b) => a - b);
}
