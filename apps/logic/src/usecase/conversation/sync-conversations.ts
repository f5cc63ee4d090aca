import { invalidArgument, isVisible } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ConversationLog, LogEpoch, Membership, ShownEntry } from './ports.js';
import { conversationHash, decodeCursor, encodeCursor, type SyncCursor } from './sync-cursor.js';

export const SYNC_LIMIT_DEFAULT = 100;
export const SYNC_LIMIT_MAX = 200;

export interface SyncedConversation {
  readonly membership: Membership;
  /** Null in an empty conversation, and when the entry to show is one that the user may not see. */
  readonly shown: ShownEntry | null;
}

export interface SyncAnswer {
  readonly conversations: SyncedConversation[];
  readonly cursor: Uint8Array;
  readonly hasMore: boolean;
  readonly logEpoch: number;
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
    const all = await this.deps.log.memberships(appId, caller.userId);
    const { page, hasMore, next } = choosePage(all, cursor, limit);
    const wanted = page.flatMap(({ member, shownSeq }) =>
      isVisible(member, shownSeq) ? [{ conversationId: member.conversationId, seq: shownSeq }] : [],
    );
    const shown = wanted.length > 0 ? await this.deps.log.shownEntries(appId, wanted) : [];
    const byConversation = new Map(shown.map((row) => [row.entry.conversationId, row]));
    return {
      conversations: page.map((membership) => ({
        membership,
        shown: byConversation.get(membership.member.conversationId) ?? null,
      })),
      cursor: encodeCursor(next),
      hasMore,
      logEpoch,
    };
  }
}

interface Page {
  readonly page: Membership[];
  readonly hasMore: boolean;
  readonly next: SyncCursor;
}

function choosePage(all: readonly Membership[], cursor: SyncCursor, limit: number): Page {
  const collided = collidingHashes(all);
  const delivered = new Map<number, number>();
  const changed: Membership[] = [];
  const always: Membership[] = [];
  for (const membership of all) {
    const hash = conversationHash(membership.member.conversationId);
    const known = cursor.delivered.get(hash);
    if (collided.has(hash)) always.push(membership);
    else if (known !== membership.change) changed.push(membership);
    // A conversation that changed but does not fit on this page keeps its old number, so the next page finds it again.
    if (known !== undefined && !collided.has(hash)) delivered.set(hash, known);
  }
  changed.sort(byRecency);
  const page = changed.slice(0, limit);
  for (const { member, change } of page)
    delivered.set(conversationHash(member.conversationId), change);
  return {
    page: [...page, ...always].sort(byRecency),
    hasMore: changed.length > page.length,
    next: { logEpoch: cursor.logEpoch, delivered },
  };
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
