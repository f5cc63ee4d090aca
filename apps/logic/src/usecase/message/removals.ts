import { invalidArgument, MAX_DELETED_TARGETS } from '@queqiao/domain';

import { checkTarget, type ChangeEntry } from './change-draft.js';
import type { ChangeContents } from './ports.js';

/** Deletes messages for everyone, all of them or none. Errors: INVALID_ARGUMENT naming target_seqs (1 to MAX_DELETED_TARGETS). */
export function deletion(
  contents: Pick<ChangeContents, 'deletion'>,
  seqs: readonly number[],
): ChangeEntry {
  if (seqs.length < 1 || seqs.length > MAX_DELETED_TARGETS) {
    throw invalidArgument('target_seqs', `must be 1 to ${MAX_DELETED_TARGETS}`);
  }
  seqs.forEach((seq, index) => checkTarget(seq, `target_seqs[${index}]`));
  const targetSeqs = [...new Set(seqs)].sort((a, b) => a - b);
  const content = contents.deletion(targetSeqs);
  return { kind: 'delete', content, change: { kind: 'delete', targetSeqs } };
}

/** Takes a message back. The window is that of an own one. Errors: INVALID_ARGUMENT naming target_seq. */
export function recall(
  contents: Pick<ChangeContents, 'recall'>,
  seq: number,
  windowMs: number,
): ChangeEntry {
  const targetSeq = checkTarget(seq);
  const change = { kind: 'recall', targetSeqs: [targetSeq], windowMs } as const;
  return { kind: 'recall', content: contents.recall(targetSeq), change };
}
