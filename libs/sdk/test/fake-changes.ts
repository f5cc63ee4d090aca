import { Entry_State, type Content, type Entry } from '@queqiao/protocol/client';
import type { Change } from '../src/replica/change.js';

/** Changes the stored targets as the server does; returns what the change's own entry says. */
export function applyChange(entries: Entry[], change: Change, content: Content): Content {
  const [first = 0] = change.targetSeqs;
  const target = entries[first - 1];
  if (change.kind === 'edit' && target !== undefined && target.content !== undefined) {
    const revision = target.revision + 1;
    entries[first - 1] = { ...target, content: change.content, revision };
    const value = { targetSeq: first, content: change.content, revision };
    return { ...content, body: { $case: 'edit', value } };
  }
  if (change.kind === 'recall' || change.kind === 'delete') {
    const state = change.kind === 'recall' ? Entry_State.RECALLED : Entry_State.DELETED;
    for (const seq of change.targetSeqs) blank(entries, seq, state);
  }
  return content;
}

/** With a message goes what its edits say. */
function blank(entries: Entry[], seq: number, state: Entry_State): void {
  for (const [at, entry] of entries.entries()) {
    const body = entry.content?.body;
    const isEdit = body?.$case === 'edit' && body.value.targetSeq === seq;
    if (entry.seq === seq || isEdit) entries[at] = { ...entry, content: undefined, state };
  }
}
