import { isVisible, unreadCount, type AppId, type UserId } from '@queqiao/domain';

import type { ConversationLog, EntryRecord, Membership, ShownEntry } from './ports.js';

/**
 * Bytes of shown content that one page holds at most, unless a single entry is larger: a device that asks for a page must be
 * able to take the answer, whatever the lengths of its newest messages.
 */
export const SYNC_MAX_BYTES = 64 * 1024;

/** A conversation as one user's list shows it. */
export interface ListedConversation {
  readonly membership: Membership;
  /** Null in an empty conversation, and when the entry to show is one that the user may not see, cleared or deleted. */
  readonly shown: EntryRecord | null;
  /** Null for conversations that are not groups. */
  readonly groupName: string | null;
}

type Shown = ReadonlyMap<string, ShownEntry>;

/** All that a user is or was in. A direct chat whose first message was refused has a head and nothing in it: nothing to show. */
export async function readBegun(
  log: Pick<ConversationLog, 'memberships'>,
  appId: AppId,
  userId: UserId,
): Promise<Membership[]> {
  return (await log.memberships(appId, userId)).filter(({ lastSeq }) => lastSeq > 0);
}

export async function readShown(
  log: Pick<ConversationLog, 'shownEntries'>,
  appId: AppId,
  page: readonly Membership[],
): Promise<Shown> {
  const wanted = page.map(({ member, shownSeq }) => ({
    conversationId: member.conversationId,
    seq: isVisible(member, shownSeq) ? shownSeq : 0,
  }));
  const rows = wanted.length > 0 ? await log.shownEntries(appId, wanted) : [];
  return new Map(rows.map((row) => [row.conversationId, row]));
}

export function withShown(page: readonly Membership[], shown: Shown): ListedConversation[] {
  return page.map((membership) => ({
    membership,
    shown: shown.get(membership.member.conversationId)?.entry ?? null,
    groupName: shown.get(membership.member.conversationId)?.groupName ?? null,
  }));
}

/** The first conversations of a page whose shown entries fit together; always at least one. */
export function withinShownBytes(page: readonly Membership[], shown: Shown): readonly Membership[] {
  let size = 0;
  const end = page.findIndex(({ member }, index) => {
    size += shown.get(member.conversationId)?.entry?.content.byteLength ?? 0;
    return size > SYNC_MAX_BYTES && index > 0;
  });
  return end < 0 ? page : page.slice(0, end);
}

/** Most recently active first. */
export function byRecency(a: Membership, b: Membership): number {
  if (a.activeMs !== b.activeMs) return b.activeMs - a.activeMs;
  return a.member.conversationId < b.member.conversationId ? -1 : 1;
}

export function totals(all: readonly Membership[]): {
  totalUnread: number;
  totalUnreadMuted: number;
} {
  let [totalUnread, totalUnreadMuted] = [0, 0];
  for (const { member, lastOrdinal } of all) {
    const unread = unreadCount(lastOrdinal, member.readOrdinal);
    if (member.settings.muted === true) totalUnreadMuted += unread;
    else totalUnread += unread;
  }
  return { totalUnread, totalUnreadMuted };
}
