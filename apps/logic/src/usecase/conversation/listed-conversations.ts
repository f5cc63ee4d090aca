import { isVisible, unreadCount, type AppId, type UserId } from '@queqiao/domain';

import { withinBytes } from '../paging.js';
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

/** All that a user is or was in. A direct chat whose first message was refused has a head and nothing in it: nothing to show. */
export async function readBegun(
  log: Pick<ConversationLog, 'memberships'>,
  appId: AppId,
  userId: UserId,
): Promise<Membership[]> {
  return (await log.memberships(appId, userId)).filter(({ lastSeq }) => lastSeq > 0);
}

/** The first ones of a page whose shown entries fit together, at least one of them, and `always` besides. */
export async function readPage(
  log: Pick<ConversationLog, 'shownEntries'>,
  appId: AppId,
  first: readonly Membership[],
  always: readonly Membership[] = [],
): Promise<{
  readonly page: readonly Membership[];
  /** Most recently active first. */
  readonly conversations: readonly ListedConversation[];
}> {
  const shown = await readShown(log, appId, [...first, ...always]);
  const entryOf = ({ member }: Membership) => shown.get(member.conversationId)?.entry ?? null;
  const bytesOf = (membership: Membership) => entryOf(membership)?.content.byteLength ?? 0;
  const page = withinBytes(first, bytesOf, SYNC_MAX_BYTES);
  const conversations = [...page, ...always].sort(byRecency).map((membership) => ({
    membership,
    shown: entryOf(membership),
    groupName: shown.get(membership.member.conversationId)?.groupName ?? null,
  }));
  return { page, conversations };
}

async function readShown(
  log: Pick<ConversationLog, 'shownEntries'>,
  appId: AppId,
  page: readonly Membership[],
): Promise<ReadonlyMap<string, ShownEntry>> {
  const wanted = page.map(({ member, shownSeq }) => ({
    conversationId: member.conversationId,
    seq: isVisible(member, shownSeq) ? shownSeq : 0,
  }));
  const rows = wanted.length > 0 ? await log.shownEntries(appId, wanted) : [];
  return new Map(rows.map((row) => [row.conversationId, row]));
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
