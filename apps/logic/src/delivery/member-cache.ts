import { describeConversation, type ConversationId } from '@queqiao/domain';
import { LRUCache } from 'lru-cache';
import { conversationKey, type ConversationKey } from '../append/index.js';
import type { DeliveryMetrics } from './delivery-metrics.js';
import type { DeliveryLimits } from './limits.js';
import type { MemberList, MemberReader } from './ports.js';

/** What a list must cover to be exact for some entries. */
export interface MemberNeed {
  /** member_version of the head, seen when the entries were committed or later. */
  readonly version: number;
  /** Lowest seq of the entries: who left before it does not matter. */
  readonly fromSeq: number;
}

interface CachedList extends MemberList {
  readonly fromSeq: number;
}

interface Load {
  readonly fromSeq: number;
  readonly list: Promise<CachedList | null>;
}

/**
 * member_version of a head that was just made. Every change of the members raises it, so at this version those of a direct
 * chat or a feed are still the users that its id names.
 */
const FIRST_VERSION = 1;

/** Loads that may be tried until a list is new enough: a shared one may have begun before the change that is asked for. */
const MAX_LOADS = 3;

/**
 * Member lists by conversation. A list is used only at a version at least as high as the one asked for, so it never lacks a
 * change that came before the entry. One load at a time per conversation serves all who wait.
 */
export class MemberCache {
  readonly #reader: MemberReader;
  readonly #metrics: DeliveryMetrics;
  readonly #lists: LRUCache<string, CachedList>;
  readonly #loads = new Map<string, Load>();

  constructor(
    deps: { reader: MemberReader; metrics: DeliveryMetrics },
    limits: Pick<DeliveryLimits, 'maxCachedLists' | 'maxCachedMembers'>,
  ) {
    this.#reader = deps.reader;
    this.#metrics = deps.metrics;
    this.#lists = new LRUCache({
      max: limits.maxCachedLists,
      maxSize: limits.maxCachedMembers,
      maxEntrySize: Math.max(1, Math.floor(limits.maxCachedMembers / 10)),
      sizeCalculation: (list) => list.members.length + 1,
    });
  }

  /** A list that is good enough, if it is there. */
  peek(ref: ConversationKey, need: MemberNeed): MemberList | undefined {
    if (need.version === FIRST_VERSION) {
      const fixed = fixedMembers(ref.conversationId);
      if (fixed) return fixed;
    }
    const list = this.#lists.get(conversationKey(ref));
    return list && serves(list, need) ? list : undefined;
  }

  /** Null: no such conversation. Rejects when the store does not answer. */
  async get(ref: ConversationKey, need: MemberNeed): Promise<MemberList | null> {
    const cached = this.peek(ref, need);
    if (cached) return cached;
    for (let load = 0; load < MAX_LOADS; load += 1) {
      const list = await this.#load(ref, need.fromSeq);
      if (list === null || serves(list, need)) return list;
    }
    throw new Error('the member list stays behind the version that was seen under lock');
  }

  async #load(ref: ConversationKey, fromSeq: number): Promise<CachedList | null> {
    const key = conversationKey(ref);
    const shared = this.#loads.get(key);
    if (shared && shared.fromSeq <= fromSeq) return await shared.list;
    const load: Load = { fromSeq, list: this.#read(ref, key, fromSeq) };
    this.#loads.set(key, load);
    try {
      return await load.list;
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  async #read(ref: ConversationKey, key: string, fromSeq: number): Promise<CachedList | null> {
    this.#metrics.memberReads.inc();
    const list = await this.#reader.memberList(ref.appId, ref.conversationId, fromSeq);
    if (list === null) return null;
    const read = { ...list, fromSeq };
    const known = this.#lists.get(key);
    // Two loads can end in the other order than they began.
    if (!known || known.version <= read.version) this.#lists.set(key, read);
    this.#metrics.cachedLists.set(this.#lists.size);
    return read;
  }
}

function fixedMembers(conversationId: ConversationId): MemberList | undefined {
  const ref = describeConversation(conversationId);
  if (!ref || ref.kind === 'group') return undefined;
  const users = ref.kind === 'self' ? [ref.user] : [...new Set([ref.a, ref.b])];
  const members = users.map((userId) => ({ userId, joinedSeq: 0, leftSeq: null }));
  return { version: FIRST_VERSION, members };
}

function serves(list: CachedList, need: MemberNeed): boolean {
  return list.version >= need.version && list.fromSeq <= need.fromSeq;
}
