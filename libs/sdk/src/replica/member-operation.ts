import type { ConversationSettings } from '@queqiao/protocol/client';

export type SettingsPatch = Partial<ConversationSettings>;

/** A change of what the user has in a conversation, on its way to the server. It is shown as done at once. */
export type MemberOperation =
  | { readonly kind: 'read'; readonly seq: number }
  /** `throughSeq`: the newest seq at that time; hiding lasts until something newer. */
  | { readonly kind: 'settings'; readonly patch: SettingsPatch; readonly throughSeq: number }
  | { readonly kind: 'hide'; readonly seqs: readonly number[] }
  | { readonly kind: 'clear'; readonly throughSeq: number };

/** Entries that one call hides; the server's limit. */
const MAX_HIDDEN_PER_CALL = 500;

/** Both as one operation, or undefined when they have to stay two. */
export function merged(
  earlier: MemberOperation,
  later: MemberOperation,
): MemberOperation | undefined {
  if (earlier.kind === 'read' && later.kind === 'read') {
    return { kind: 'read', seq: Math.max(earlier.seq, later.seq) };
  }
  if (earlier.kind === 'settings' && later.kind === 'settings') {
    return { ...later, patch: { ...earlier.patch, ...later.patch } };
  }
  if (earlier.kind === 'clear' && later.kind === 'clear') return later;
  if (earlier.kind !== 'hide' || later.kind !== 'hide') return undefined;
  const seqs = [...new Set([...earlier.seqs, ...later.seqs])];
  return seqs.length > MAX_HIDDEN_PER_CALL ? undefined : { kind: 'hide', seqs };
}
