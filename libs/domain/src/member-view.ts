import type { ConversationId } from './conversation-id.js';
import { MEMBER_FLAGS, type GroupRole } from './group.js';
import { unreadCount } from './membership.js';

/** A user's own settings of one conversation; what is unset is off or empty. */
export interface MemberSettings {
  readonly pinned?: boolean;
  readonly muted?: boolean;
  /** Hidden until the log is longer than it was then. */
  readonly hiddenAtSeq?: number;
  readonly draft?: string;
  readonly remark?: string;
  readonly markedUnread?: boolean;
}

/** A user's own row in a conversation. */
export interface MemberRow {
  readonly conversationId: ConversationId;
  readonly rev: number;
  readonly role: GroupRole;
  /** Bits, see MEMBER_FLAGS. */
  readonly flags: number;
  /** May not speak until then, by the clock of the database; 0: may. */
  readonly mutedUntilMs: number;
  readonly joinedSeq: number;
  /** Null for a current member. */
  readonly leftSeq: number | null;
  readonly readSeq: number;
  readonly readOrdinal: number;
  /** Entries up to it were cleared by the user. */
  readonly clearedSeq: number;
  /** Direct chats: how far the other side has read and received. */
  readonly peerReadSeq: number;
  readonly peerDeliveredSeq: number;
  /** Newest entry that mentions the user by name, read or not. */
  readonly mentionedSeq: number;
  readonly settings: MemberSettings;
  /** Newest entries that the user deleted for oneself, ascending. */
  readonly hiddenSeqs: readonly number[];
}

/** As much of a log's head as the user may see. */
export interface VisibleHead {
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  /** Newest entry of the log that mentions everybody; it may be one that the user cannot see. */
  readonly mentionAllSeq: number;
}

/** What the user's devices are told. Of two with the same rev, the one with more of the log is newer. */
export interface MemberView {
  readonly conversationId: ConversationId;
  readonly rev: number;
  readonly readSeq: number;
  readonly readOrdinal: number;
  readonly unread: number;
  readonly joinedSeq: number;
  readonly leftSeq: number | undefined;
  readonly clearedSeq: number;
  readonly peerReadSeq: number;
  readonly peerDeliveredSeq: number;
  readonly settings: {
    readonly pinned: boolean;
    readonly muted: boolean;
    readonly hidden: boolean;
    readonly draft: string;
    readonly remark: string;
    readonly markedUnread: boolean;
  };
  readonly mentionedSeq: number;
  readonly hiddenSeqs: number[];
  readonly hiddenThroughSeq: number;
  readonly role: GroupRole;
  readonly mutedUntilMs: number;
  readonly blockedByPeer: boolean;
}

export function memberView(member: MemberRow, head: VisibleHead): MemberView {
  const { settings, leftSeq, hiddenSeqs } = member;
  const hiddenThroughSeq = settings.hiddenAtSeq ?? 0;
  return {
    conversationId: member.conversationId,
    rev: member.rev,
    readSeq: member.readSeq,
    readOrdinal: member.readOrdinal,
    unread: unreadCount(head.lastOrdinal, member.readOrdinal),
    joinedSeq: member.joinedSeq,
    leftSeq: leftSeq ?? undefined,
    clearedSeq: member.clearedSeq,
    peerReadSeq: member.peerReadSeq,
    peerDeliveredSeq: member.peerDeliveredSeq,
    settings: {
      pinned: settings.pinned ?? false,
      muted: settings.muted ?? false,
      hidden: isHidden(settings, head.lastSeq),
      draft: settings.draft ?? '',
      remark: settings.remark ?? '',
      markedUnread: settings.markedUnread ?? false,
    },
    mentionedSeq: newestMention(member, head),
    hiddenSeqs: [...hiddenSeqs],
    hiddenThroughSeq,
    role: member.role,
    mutedUntilMs: member.mutedUntilMs,
    blockedByPeer: (member.flags & MEMBER_FLAGS.blockedByPeer) !== 0,
  };
}

/** Out of the list until something new arrives: no append has to touch the members' rows for that. */
export function isHidden({ hiddenAtSeq }: MemberSettings, lastSeq: number): boolean {
  return hiddenAtSeq !== undefined && lastSeq <= hiddenAtSeq;
}

/** Newest mention above the read cursor that the user may see; 0: none. */
function newestMention(member: MemberRow, head: VisibleHead): number {
  const lower = Math.max(member.readSeq, member.joinedSeq, member.clearedSeq);
  const open = [member.mentionedSeq, head.mentionAllSeq].filter(
    (seq) => seq > lower && seq <= head.lastSeq,
  );
  return Math.max(0, ...open);
}
