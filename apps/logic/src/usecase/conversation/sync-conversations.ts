import { invalidArgument, isVisible, unreadCount, type AppId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ConversationLog, EntryRecord, LogEpoch, Membership, ShownEntry } from './ports.js';
import { conversationHash, decodeCursor, encodeCursor, type SyncCursor } from './sync-cursor.js';

export const SYNC_LIMIT_DEFAULT = 100;
export const SYNC_LIMIT_MAX = 200;
/**
 * Bytes of shown content that one page holds at most, unless a single entry is larger: a device that asks for a page must be
 * able to take the answer, whatever the lengths of its newest messages.
 */
export const SYNC_MAX_BYTES = 64 * 1024;

export interface SyncedConversation {
  readonly membership: Membership;
  /** Null in an empty conversation, and when the entry to show is one that the user may not see, cleared or deleted. */
  readonly shown: EntryRecord | null;
  /** Null for conversations that are not groups. */
  readonly groupName: string | null;
}

export interface SyncAnswer {
  readonly conversations: SyncedConversation[];
  readonly cursor: Uint8Array;
  readonly hasMore: boolean;
  readonly logEpoch: number;
  /** Countable entries unread in all conversations, those muted apart. */
  readonly totalUnread: number;
  readonly totalUnreadMuted: number;
}

/**
 * The conversations whose change number differs from what the cursor says was delivered, most recently active first. Two
 * indexed reads whatever the number of messages. Conversations whose hashes collide are in no cursor, so they are answered
 * every time, beyond the limit.
 */
export class SyncConversations {
  constructor(readonly deps: { readonly log: ConversationLog; readonly epoch: LogEpoch }) {}

  async run(
    context: UserContext,
    input: { readonly cursor: Uint8Array; readonly limit: number },
  ): Promise<SyncAnswer> {
    const limit = checkedLimit(input.limit);
    const { appId, caller } = context;
    const logEpoch = await this.deps.epoch.logEpoch();
    const cursor = decodeCursor(input.cursor, logEpoch);
    // A direct chat whose first message was refused has a head and nothing in it: nothing to show anywhere.
    const all = (await this.deps.log.memberships(appId, caller.userId)).filter(
      ({ lastSeq }) => lastSeq > 0,
    );
    const { changed, always, known } = compare(all, cursor);
    const first = changed.slice(0, limit);
    const shown = await this.#shown(appId, [...first, ...always]);
    const page = withinBytes(first, shown);
    const delivered = new Map(known);
    for (const { member, change } of page) {
      delivered.set(conversationHash(member.conversationId), change);
    }
    return {
      conversations: [...page, ...always].sort(byRecency).map((membership) => ({
        membership,
        shown: shown.get(membership.member.conversationId)?.entry ?? null,
        groupName: shown.get(membership.member.conversationId)?.groupName ?? null,
      })),
      cursor: encodeCursor({ logEpoch, delivered }),
      hasMore: changed.length > page.length,
      logEpoch,
      ...totals(all),
    };
  }

  async #shown(appId: AppId, page: readonly Membership[]): Promise<Map<string, ShownEntry>> {
    const wanted = page.map(({ member, shownSeq }) => ({
      conversationId: member.conversationId,
      seq: isVisible(member, shownSeq) ? shownSeq : 0,
    }));
    const rows = wanted.length > 0 ? await this.deps.log.shownEntries(appId, wanted) : [];
    return new Map(rows.map((row) => [row.conversationId, row]));
  }
}

function totals(all: readonly Membership[]): { totalUnread: number; totalUnreadMuted: number } {
  let [totalUnread, totalUnreadMuted] = [0, 0];
  for (const { member, lastOrdinal } of all) {
    const unread = unreadCount(lastOrdinal, member.readOrdinal);
    if (member.settings.muted === true) totalUnreadMuted += unread;
    else totalUnread += unread;
  }
  return { totalUnread, totalUnreadMuted };
}

interface Comparison {
  /** Most recently active first. */
  readonly changed: Membership[];
  /** Conversations whose hashes collide. */
  readonly always: Membership[];
  /**
   * What the cursor says of conversations that still exist. One that changed but does not fit on this page keeps its old
   * number, so the next page finds it again.
   */
  readonly known: ReadonlyMap<number, number>;
}

function compare(all: readonly Membership[], cursor: SyncCursor): Comparison {
  const collided = collidingHashes(all);
  const known = new Map<number, number>();
  const changed: Membership[] = [];
  const always: Membership[] = [];
  for (const membership of all) {
    const hash = conversationHash(membership.member.conversationId);
    const before = cursor.delivered.get(hash);
    if (collided.has(hash)) {
      always.push(membership);
      continue;
    }
    if (before !== membership.change) changed.push(membership);
    if (before !== undefined) known.set(hash, before);
  }
  return { changed: changed.sort(byRecency), always, known };
}

/** The first conversations of a page whose shown entries fit together; always at least one. */
function withinBytes(
  page: readonly Membership[],
  shown: ReadonlyMap<string, ShownEntry>,
): readonly Membership[] {
  let size = 0;
  const end = page.findIndex(({ member }, index) => {
    size += shown.get(member.conversationId)?.entry?.content.byteLength ?? 0;
    return size > SYNC_MAX_BYTES && index > 0;
  });
  return end < 0 ? page : page.slice(0, end);
}

function collidingHashes(all: readonly Membership[]): Set<number> {
  const seen = new Set<number>();
  const collided = new Set<number>();
  for (const { member } of all) {
    const hash = conversationHash(member.conversationId);
    if (seen.has(hash)) collided.add(hash);
    seen.add(hash);
  }
  return collided;
}

function byRecency(a: Membership, b: Membership): number {
  if (a.activeMs !== b.activeMs) return b.activeMs - a.activeMs;
  return a.member.conversationId < b.member.conversationId ? -1 : 1;
}

function checkedLimit(limit: number): number {
  if (limit === 0) return SYNC_LIMIT_DEFAULT;
  if (limit < 1 || limit > SYNC_LIMIT_MAX) {
    throw invalidArgument(
      'limit',
      `must be 1 to ${SYNC_LIMIT_MAX}, or 0 for ${SYNC_LIMIT_DEFAULT}`,
    );
  }
  return limit;
}
