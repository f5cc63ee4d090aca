/** What can be done to messages of a conversation; each is an entry of its own. */
export type MessageChange =
  | { readonly kind: 'recall'; readonly targetSeq: number }
  | { readonly kind: 'edit'; readonly targetSeq: number; readonly text: string }
  | { readonly kind: 'delete'; readonly targetSeqs: readonly number[] }
  | {
      readonly kind: 'react';
      readonly targetSeq: number;
      readonly emoji: string;
      readonly removed: boolean;
    }
  | { readonly kind: 'pin'; readonly targetSeq: number; readonly removed: boolean };

/** Settings that a user can give a conversation. */
export interface OwnSettings {
  readonly pinned?: boolean;
  readonly muted?: boolean;
  readonly draft?: string;
  readonly remark?: string;
}

/** What a user can do to what oneself has of a conversation. */
export type OwnChange =
  | { readonly kind: 'settings'; readonly settings: OwnSettings }
  | { readonly kind: 'hide'; readonly seqs: readonly number[] }
  /** Up to the newest entry that the user meant. */
  | { readonly kind: 'clear'; readonly throughSeq: number };

export function targetsOf(change: MessageChange): readonly number[] {
  return change.kind === 'delete' ? change.targetSeqs : [change.targetSeq];
}

/** True for what takes the content of its targets away. */
export function takesBack(
  change: MessageChange,
): change is Extract<MessageChange, { kind: 'recall' | 'delete' }> {
  return change.kind === 'recall' || change.kind === 'delete';
}
