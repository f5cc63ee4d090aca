import { isChangeKind, type ChangeFacts } from '@queqiao/domain';
import type { AppendItem, AppendStored } from '../append-types.js';

/** What an id was used for. */
export interface UsedFor {
  readonly kind: string;
  /** Of changes; empty when it was blanked since. */
  readonly content: Uint8Array;
}

/** An entry that has the id of an item. */
export interface KnownEntry extends UsedFor {
  readonly place: AppendStored;
}

/**
 * Whether an item asks for what its id was used for. A message is the same whatever it says, and so is an edit of the same
 * message; any other change must ask for exactly the same.
 */
export function isRepeat(
  { kind, content, change }: AppendItem,
  used: UsedFor,
  facts: ChangeFacts | undefined,
): boolean {
  if (change === undefined) return !isChangeKind(used.kind);
  if (used.kind !== kind) return false;
  if (used.content.length === 0) {
    // Blanked with its target, so it was not about one that is still there.
    return change.kind !== 'edit' || facts?.targets[0]?.state !== 'present';
  }
  return change.kind === 'edit'
    ? change.isOfTarget(used.content)
    : Buffer.compare(used.content, content) === 0;
}
