import type { ConversationSettings } from '@queqiao/protocol/client';

export type SettingsPatch = Partial<ConversationSettings>;

/** A change of what the user has in a conversation, on its way to the server. It is shown as done at once. */
export type MemberOperation =
  | { readonly kind: 'read'; readonly seq: number }
  | SettingsOperation
  | { readonly kind: 'hide'; readonly seqs: readonly number[] }
  | { readonly kind: 'clear'; readonly throughSeq: number };

export interface SettingsOperation {
  readonly kind: 'settings';
  readonly patch: SettingsPatch;
  /** The newest seq at that time: hiding lasts until something newer. 0: there is none, or its log was discarded. */
  readonly throughSeq: number;
  /** Sent with every attempt, so that one that was held back cannot undo what came later. */
  readonly requestId: string;
}

/** Entries that one call hides; the server's limit. */
const MAX_HIDDEN_PER_CALL = 500;

/** Both as one operation, neither of which was sent, or undefined when they have to stay two. */
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
  if (earlier.kind === 'clear' && later.kind === 'clear') {
    return { kind: 'clear', throughSeq: Math.max(earlier.throughSeq, later.throughSeq) };
  }
  if (earlier.kind !== 'hide' || later.kind !== 'hide') return undefined;
  const seqs = [...new Set([...earlier.seqs, ...later.seqs])];
  return seqs.length > MAX_HIDDEN_PER_CALL ? undefined : { kind: 'hide', seqs };
}
