import type { Sender } from './sender.js';

/** Whether an entry's content is still there. */
export type EntryState = 'present' | 'recalled' | 'deleted';

/** Kinds of content that people write and that later entries may change; names of the oneof cases of Content. */
export const MESSAGE_KINDS = [
  'text',
  'face',
  'voice',
  'image',
  'file',
  'location',
  'custom',
  'video',
  'card',
  'mergedForward',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const messageKinds = new Set<string>(MESSAGE_KINDS);

export function isMessageKind(kind: string): kind is MessageKind {
  return messageKinds.has(kind);
}

/** Kinds of content that record what an entry did to others; names of the oneof cases too. */
export const CHANGE_KINDS = ['recall', 'delete', 'edit', 'reaction', 'pin'] as const;

const changeKinds = new Set<string>(CHANGE_KINDS);

export function isChangeKind(kind: string): boolean {
  return changeKinds.has(kind);
}

/** Targets of one deletion for everyone. */
export const MAX_DELETED_TARGETS = 100;
/** Reactions of one user on one message. */
export const MAX_REACTIONS_PER_USER = 20;
/** Messages pinned in one conversation at a time. */
export const MAX_PINS = 100;
/** Edits of one message; bounds what a recall has to blank. */
export const MAX_EDITS = 100;

/** What an entry does to earlier entries of the same log. Applied under the conversation's lock, with the entry itself. */
export type EntryChange =
  | {
      readonly kind: 'recall';
      readonly targetSeqs: readonly [number];
      /** For how long after it was sent a message may be taken back by its sender, by the clock of the database. */
      readonly windowMs: number;
    }
  | { readonly kind: 'delete'; readonly targetSeqs: readonly number[] }
  | {
      readonly kind: 'edit';
      readonly targetSeqs: readonly [number];
      readonly windowMs: number;
      /** The new content, and its kind, which must be the target's. */
      readonly contentKind: string;
      readonly content: Uint8Array;
      /** What the log keeps for the edit itself, once the target's new revision is known. */
      readonly entryContent: (revision: number) => Uint8Array;
      /** Whether what the log keeps for an edit is about the same message, whatever it made of it. */
      readonly isOfTarget: (entryContent: Uint8Array) => boolean;
    }
  | {
      readonly kind: 'react';
      readonly targetSeqs: readonly [number];
      readonly emoji: string;
      readonly removed: boolean;
    }
  | { readonly kind: 'pin'; readonly targetSeqs: readonly [number]; readonly removed: boolean };

/** An entry that is to be changed, as it is under the lock and after the changes before this one. */
export interface TargetFacts {
  readonly seq: number;
  readonly sender: Sender;
  readonly kind: string;
  readonly state: EntryState;
  readonly revision: number;
  readonly createdMs: number;
}

/** What a rule about a change may know. */
export interface ChangeFacts {
  /** The clock of the database under the lock. */
  readonly nowMs: number;
  /** Aligned with the change's target seqs; null: no such entry. */
  readonly targets: readonly (TargetFacts | null)[];
  /** Emoji of the sender on the target of a reaction. */
  readonly ownReactions: ReadonlySet<string>;
  /** Pinned seqs of the conversation, when a pin asks. */
  readonly pinned: ReadonlySet<number>;
}
