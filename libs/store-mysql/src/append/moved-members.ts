import type { AppId, ConversationId } from '@queqiao/domain';
import type { MemberFacts } from '../append-types.js';
import { memberKey, type KeyedItem } from './batch-keys.js';

/** What a batch does to one member's row. Greatest wins in each number; 0 changes nothing. */
export interface MovedMember {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly userId: string;
  readSeq: number;
  readOrdinal: number;
  mentionedSeq: number;
}

/** Collects the rows that a batch moves: authors have read what they wrote, and those who are named are told so. */
export class MovedMembers {
  readonly #rows = new Map<string, MovedMember>();

  constructor(private readonly members: ReadonlyMap<string, MemberFacts>) {}

  /** Nobody has unread messages of one's own. */
  wrote({ item, head }: KeyedItem, seq: number, ordinal: number): void {
    if (item.sender.kind !== 'user') return;
    const row = this.#row(item, head, item.sender.id);
    if (row === null) return;
    row.readSeq = seq;
    row.readOrdinal = ordinal;
  }

  named({ item, head, mentioned }: KeyedItem, seq: number): void {
    for (const user of mentioned) {
      const row = this.#row(item, head, user);
      if (row !== null) row.mentionedSeq = seq;
    }
  }

  /** In the order of the primary key, in which everybody locks rows of members. */
  sorted(): MovedMember[] {
    return [...this.#rows.values()].sort(
      (a, b) =>
        order(a.appId, b.appId) ||
        order(a.userId, b.userId) ||
        order(a.conversationId, b.conversationId),
    );
  }

  /** Null: not a member now. */
  #row(item: KeyedItem['item'], head: string, userId: string): MovedMember | null {
    const key = memberKey(head, userId);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    if (this.members.get(key)?.leftSeq !== null) return null;
    const { appId, conversationId } = item;
    const row = { appId, conversationId, userId, readSeq: 0, readOrdinal: 0, mentionedSeq: 0 };
    this.#rows.set(key, row);
    return row;
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
