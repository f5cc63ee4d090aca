import type { UserContext } from '../caller.js';
import { pageLimit } from '../paging.js';
import {
  byRecency,
  readBegun,
  readPage,
  totals,
  type ListedConversation,
} from './listed-conversations.js';
import type { ConversationLog, LogEpoch, Membership } from './ports.js';
import {
  conversationHash,
  decodeCursor,
  deliveredTo,
  encodeCursor,
  OWNER_HASH,
  ownerNumber,
} from './sync-cursor.js';

export const SYNC_LIMIT_DEFAULT = 100;
export const SYNC_LIMIT_MAX = 200;

export interface SyncAnswer {
  readonly conversations: readonly ListedConversation[];
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
    const limit = pageLimit(input.limit, { byDefault: SYNC_LIMIT_DEFAULT, max: SYNC_LIMIT_MAX });
    const { appId, caller } = context;
    const logEpoch = await this.deps.epoch.logEpoch();
    const owner = ownerNumber(appId, caller.userId);
    const before = deliveredTo(owner, decodeCursor(input.cursor, logEpoch));
    const all = await readBegun(this.deps.log, appId, caller.userId);
    const { changed, always, known } = compare(all, before);
    const first = changed.slice(0, limit);
    const { page, conversations } = await readPage(this.deps.log, appId, first, always);
    const delivered = new Map(known).set(OWNER_HASH, owner);
    for (const { member, change } of page) {
      delivered.set(conversationHash(member.conversationId), change);
    }
    return {
      conversations,
      cursor: encodeCursor({ logEpoch, delivered }),
      hasMore: changed.length > page.length,
      logEpoch,
      ...totals(all),
    };
  }
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

function compare(all: readonly Membership[], delivered: ReadonlyMap<number, number>): Comparison {
  const collided = collidingHashes(all);
  const known = new Map<number, number>();
  const changed: Membership[] = [];
  const always: Membership[] = [];
  for (const membership of all) {
    const hash = conversationHash(membership.member.conversationId);
    const before = delivered.get(hash);
    if (collided.has(hash)) {
      always.push(membership);
      continue;
    }
    if (before !== membership.change) changed.push(membership);
    if (before !== undefined) known.set(hash, before);
  }
  return { changed: changed.sort(byRecency), always, known };
}

function collidingHashes(all: readonly Membership[]): Set<number> {
  const seen = new Set([OWNER_HASH]);
  const collided = new Set<number>();
  for (const { member } of all) {
    const hash = conversationHash(member.conversationId);
    if (seen.has(hash)) collided.add(hash);
    seen.add(hash);
  }
  return collided;
}
