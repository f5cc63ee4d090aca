import type { ErrorCode } from '@queqiao/domain';
import { Entry_State, type Content, type Entry } from '@queqiao/protocol/client';
import { changeOf, type Change } from '../../src/replica/change.js';

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

/** A reaction or pin that is there already, or one to take away that is not. */
export function isDone(entries: readonly Entry[], change: Change, sender: string): boolean {
  if (change.kind !== 'reaction' && change.kind !== 'pin') return false;
  const [target = 0] = change.targetSeqs;
  let there = false;
  for (const entry of entries) {
    const other = changeOf(entry.content);
    if (other?.targetSeqs[0] !== target) continue;
    if (change.kind === 'pin' && other.kind === 'pin') there = !other.removed;
    const same = change.kind === 'reaction' && other.kind === 'reaction';
    if (same && other.emoji === change.emoji && entry.sender?.id === sender) {
      there = !other.removed;
    }
  }
  return there !== change.removed;
}

/** @param targets undefined: no such message. */
export function refusal(
  change: Change,
  targets: readonly (Entry | undefined)[],
  who: { readonly sender: string; readonly governs: boolean; readonly isGroup: boolean },
): ErrorCode | undefined {
  const isThere = (target: Entry | undefined): boolean =>
    target?.content !== undefined && target.content.body?.$case !== 'groupCreated';
  if (!targets.every(isThere)) return 'NOT_FOUND';
  const own = targets.every((target) => target?.sender?.id === who.sender);
  const allowed = {
    recall: own || who.governs,
    delete: own || who.governs,
    edit: own,
    reaction: true,
    pin: !who.isGroup || who.governs,
  };
  return allowed[change.kind] ? undefined : 'PERMISSION_DENIED';
}

/** With a message goes what its edits say. */
function blank(entries: Entry[], seq: number, state: Entry_State): void {
  for (const [at, entry] of entries.entries()) {
    const body = entry.content?.body;
    const isEdit = body?.$case === 'edit' && body.value.targetSeq === seq;
    if (entry.seq === seq || isEdit) entries[at] = { ...entry, content: undefined, state };
  }
}
