import {
  ConversationSettings,
  GroupRole,
  type Entry,
  type MemberState,
} from '@queqiao/protocol/client';
import type { MemberOperation } from './member-operation.js';
import { isPushedNews } from './unheard.js';

/** What the user has in a conversation, with what is on its way to the server counted as done. */
export interface EffectiveMember {
  readonly readSeq: number;
  readonly readOrdinal: number;
  /** Entries up to it were cleared. What is known from before the join is from an earlier stay, and stays. */
  readonly floor: number;
  readonly left: boolean;
  /** Newest unread entry that mentions the user; 0: none. */
  readonly mentionedSeq: number;
  readonly peerReadSeq: number;
  readonly peerDeliveredSeq: number;
  readonly settings: ConversationSettings;
  readonly role: GroupRole;
  readonly mutedUntilMs: number;
}

const NO_SETTINGS = ConversationSettings.create();

/** The user's own row in a conversation: the server's word, what entries say since, and what is still on its way. */
export class MemberCursor {
  #member: MemberState | undefined;
  #readSeq = 0;
  #readOrdinal = 0;
  #mentionedSeq = 0;
  /** Until there is a state that says it. */
  #role = GroupRole.MEMBER;

  get member(): MemberState | undefined {
    return this.#member;
  }
  get mentionedSeq(): number {
    return this.#mentionedSeq;
  }

  restore(member: MemberState | undefined, mentionedSeq: number): void {
    this.#member = member;
    this.#mentionedSeq = mentionedSeq;
  }

  /** False for a state that is not newer than the known one. */
  apply(member: MemberState): boolean {
    this.#mentionedSeq = Math.max(this.#mentionedSeq, member.mentionedSeq);
    if (this.#member !== undefined && member.rev <= this.#member.rev) return false;
    this.#member = member;
    return true;
  }

  /** Whether a state has something that this device could only have learned from a push. */
  isPushedNews(member: MemberState): boolean {
    const readSeq = Math.max(this.#readSeq, this.#member?.readSeq ?? 0);
    return isPushedNews(this.#member, member, readSeq);
  }

  /** The server moves an author's cursor with the message, without telling the session that sent it. */
  noteOwn(entry: Entry): void {
    this.#readSeq = Math.max(this.#readSeq, entry.seq);
    this.#readOrdinal = Math.max(this.#readOrdinal, entry.ordinal);
  }

  /** The server tells of a new group by its first entry alone. */
  noteOwner(): void {
    this.#role = GroupRole.OWNER;
  }

  /** An edit mentions nobody anew; whom an edited message mentioned at first is in the server's word. */
  noteMention(entry: Entry, userId: string): void {
    const mentions = entry.content?.mentions;
    if (mentions === undefined || entry.revision > 0 || userId === '') return;
    if (mentions.all || mentions.userIds.includes(userId)) {
      this.#mentionedSeq = Math.max(this.#mentionedSeq, entry.seq);
    }
  }

  effective(
    operations: readonly MemberOperation[],
    log: { readonly lastSeq: number; readonly ordinalAt: (seq: number) => number },
  ): EffectiveMember {
    const member = this.#member;
    let readSeq = Math.max(this.#readSeq, member?.readSeq ?? 0);
    let readOrdinal = Math.max(this.#readOrdinal, member?.readOrdinal ?? 0);
    let floor = member?.clearedSeq ?? 0;
    let settings = member?.settings ?? NO_SETTINGS;
    let hiddenThrough = member?.hiddenThroughSeq ?? 0;
    for (const operation of operations) {
      if (operation.kind === 'settings') {
        settings = { ...settings, ...operation.patch };
        if (operation.patch.hidden === true) hiddenThrough = operation.throughSeq;
      } else if (operation.kind === 'read') settings = { ...settings, markedUnread: false };
      else if (operation.kind === 'clear') floor = Math.max(floor, operation.throughSeq);
      if (operation.kind === 'read' || operation.kind === 'clear') {
        const seq = operation.kind === 'read' ? operation.seq : operation.throughSeq;
        readSeq = Math.max(readSeq, seq);
        readOrdinal = Math.max(readOrdinal, log.ordinalAt(seq));
      }
    }
    const hidden = settings.hidden && log.lastSeq <= hiddenThrough;
    return {
      readSeq,
      readOrdinal,
      floor,
      left: member?.leftSeq !== undefined,
      mentionedSeq: this.#mentionedSeq > Math.max(readSeq, floor) ? this.#mentionedSeq : 0,
      peerReadSeq: member?.peerReadSeq ?? 0,
      peerDeliveredSeq: member?.peerDeliveredSeq ?? 0,
      settings: { ...settings, hidden },
      role: member?.role ?? this.#role,
      mutedUntilMs: member?.mutedUntilMs ?? 0,
    };
  }
}
