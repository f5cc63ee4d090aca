import { Entry_State, type Content, type Entry } from '@queqiao/protocol/client';

/** What an entry does to earlier entries of its log. */
export type Change =
  | { readonly kind: 'recall' | 'delete'; readonly targetSeqs: readonly number[] }
  | {
      readonly kind: 'edit';
      readonly targetSeqs: readonly number[];
      readonly content: Content | undefined;
      readonly revision: number;
    }
  | {
      readonly kind: 'reaction';
      readonly targetSeqs: readonly number[];
      readonly emoji: string;
      readonly removed: boolean;
    }
  | { readonly kind: 'pin'; readonly targetSeqs: readonly number[]; readonly removed: boolean };

/** Undefined for messages and events: they change nothing before them. */
export function changeOf(content: Content | undefined): Change | undefined {
  const body = content?.body;
  if (body?.$case === 'recall') return { kind: 'recall', targetSeqs: [body.value.targetSeq] };
  if (body?.$case === 'delete') return { kind: 'delete', targetSeqs: body.value.targetSeqs };
  if (body?.$case === 'edit') {
    const { targetSeq, content: edited, revision } = body.value;
    return { kind: 'edit', targetSeqs: [targetSeq], content: edited, revision };
  }
  if (body?.$case === 'reaction') {
    const { targetSeq, emoji, removed } = body.value;
    return { kind: 'reaction', targetSeqs: [targetSeq], emoji, removed };
  }
  if (body?.$case !== 'pin') return undefined;
  return { kind: 'pin', targetSeqs: [body.value.targetSeq], removed: body.value.removed };
}

export function isBlank(entry: Entry): boolean {
  return entry.state > Entry_State.UNSPECIFIED;
}

/** The content is gone, for good: nothing brings it back. */
export function blanked(entry: Entry, state: Entry_State): Entry {
  return isBlank(entry) ? entry : { ...entry, content: undefined, state };
}

/** Of two copies of one entry the one that more has happened to. */
export function laterCopy(a: Entry, b: Entry): Entry {
  if (isBlank(a) || isBlank(b)) return isBlank(b) ? b : a;
  return b.revision > a.revision ? b : a;
}
