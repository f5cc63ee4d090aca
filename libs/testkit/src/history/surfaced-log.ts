import { createHash } from 'node:crypto';
import { Entry, type MemberState, type SeqRange } from '@queqiao/protocol/client';

/** How an entry came to a device: pushed, read, or as the answer to its own send. */
export type Source = 'push' | 'pull' | 'sent';

export type SurfacedEvent =
  | {
      readonly kind: 'entry';
      readonly conversationId: string;
      readonly seq: number;
      readonly revision: number;
      readonly state: Entry['state'];
      readonly digest: string;
      readonly source: Source;
    }
  /** The server said that these are not visible to the user. */
  | {
      readonly kind: 'passed';
      readonly conversationId: string;
      readonly fromSeq: number;
      readonly toSeq: number;
    }
  /** The device took a sync cursor over that covers the conversation up to seq. */
  | { readonly kind: 'cursor'; readonly conversationId: string; readonly seq: number };

/** A state of the user's membership as the device got it, stale ones included, in the order of arrival. */
export type StateRecord = Pick<MemberState, 'conversationId' | 'rev' | 'readSeq'>;

/** What one device surfaced, in its order. Entries are kept as digests: a long run has millions. */
export class SurfacedLog {
  readonly events: SurfacedEvent[] = [];
  readonly states: StateRecord[] = [];
  /** Called for every entry that surfaces. */
  onEntry: ((entry: Entry) => void) | undefined;
  /** True for a device that went for good: it need not have got what came later. */
  retired = false;

  constructor(
    readonly device: string,
    readonly userId: string,
  ) {}

  entry(entry: Entry, source: Source = 'push'): void {
    const { conversationId, seq, revision, state } = entry;
    const digest = digestOf(entry);
    this.events.push({ kind: 'entry', conversationId, seq, revision, state, digest, source });
    this.onEntry?.(entry);
  }

  passed(conversationId: string, { fromSeq, toSeq }: SeqRange): void {
    this.events.push({ kind: 'passed', conversationId, fromSeq, toSeq });
  }

  cursor(conversationId: string, seq: number): void {
    this.events.push({ kind: 'cursor', conversationId, seq });
  }

  state({ conversationId, rev, readSeq }: StateRecord): void {
    this.states.push({ conversationId, rev, readSeq });
  }
}

/** The same for two entries exactly if they are the same in every field. */
export function digestOf(entry: Entry): string {
  return createHash('sha1').update(Entry.encode(entry).finish()).digest('base64').slice(0, 20);
}
