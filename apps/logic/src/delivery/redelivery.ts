import type { AppId, ConversationId } from '@queqiao/domain';
import {
  conversationKey,
  type CommittedEntry,
  type ConversationKey,
  type EntryPlace,
} from '../append/index.js';
import type { FanOut } from './fan-out.js';
import type { DeliveryLimits } from './limits.js';
import type {
  DispatchRange,
  DispatchState,
  HeadVersions,
  StatePush,
  StoredPushReader,
} from './ports.js';
import { statePush } from './state-push.js';

/** Conversations of one look-up of heads. */
const HEADS_PER_READ = 256;

export interface RedeliveryDeps {
  readonly reader: StoredPushReader;
  readonly fanOut: Pick<FanOut, 'run'>;
}

/** What has to be pushed again. */
export interface Redelivered {
  readonly dispatchId: string | null;
  readonly ranges: readonly DispatchRange[];
  readonly states: readonly DispatchState[];
}

/**
 * Makes pushes anew from what is stored now, so that recalled text cannot leak, and sends them the way of first pushes.
 * Nobody is left out: whether the author's session got its reply is not known here.
 */
export class Redelivery {
  readonly #deps: RedeliveryDeps;
  readonly #limits: Pick<DeliveryLimits, 'recoveryReads'>;

  constructor(deps: RedeliveryDeps, limits: Pick<DeliveryLimits, 'recoveryReads'>) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Entries of an ambiguous commit. Their dispatch row, whose id nobody knows, stays for the recovery. Never rejects. */
  async redeliverPlaces(places: readonly EntryPlace[]): Promise<void> {
    const ranges = places.map((place) => ({ ...place, fromSeq: place.seq, toSeq: place.seq }));
    await this.redeliver({ dispatchId: null, ranges, states: [] });
  }

  /** Resolves when the pushes were handed over. Never rejects: what cannot be read keeps the row. */
  async redeliver(job: Redelivered): Promise<void> {
    const versions = await settled(this.#versions(job.ranges));
    if (!versions.ok) return;
    const known = job.ranges.filter((range) => versions.value.has(conversationKey(range)));
    const entries = await this.#each(known, (range) => this.#entries(range));
    const states = await this.#each(job.states, (state) => this.#state(state));
    this.#deps.fanOut.run({
      dispatchId: job.dispatchId,
      entries: entries.values.flat(),
      versions: versions.value,
      states: states.values.flat(),
      incomplete: !entries.complete || !states.complete,
    });
  }

  async #versions(ranges: readonly ConversationKey[]): Promise<Map<string, HeadVersions>> {
    const byApp = new Map<AppId, Set<ConversationId>>();
    for (const { appId, conversationId } of ranges) {
      byApp.set(appId, (byApp.get(appId) ?? new Set()).add(conversationId));
    }
    const versions = new Map<string, HeadVersions>();
    for (const [appId, ids] of byApp) {
      const list = [...ids];
      for (let at = 0; at < list.length; at += HEADS_PER_READ) {
        const part = list.slice(at, at + HEADS_PER_READ);
        for (const head of await this.#deps.reader.heads(appId, part)) {
          const { conversationId } = head;
          versions.set(conversationKey({ appId, conversationId }), head);
        }
      }
    }
    return versions;
  }

  async #entries(range: DispatchRange): Promise<CommittedEntry[]> {
    const { appId, conversationId, toSeq, quiet = false } = range;
    const fromSeq = quiet ? toSeq : range.fromSeq;
    const entries = await this.#deps.reader.entries(appId, conversationId, { fromSeq, toSeq });
    return entries.map((entry) => {
      const { seq, ordinal, sender, clientMsgId, revision, state, createdMs, content } = entry;
      const place = { appId, conversationId, seq, ordinal, createdMs };
      return { ...place, sender, clientMsgId, revision, state, content, quiet };
    });
  }

  async #state({ appId, userId, conversationId }: DispatchState): Promise<StatePush[]> {
    const stored = await this.#deps.reader.member(appId, userId, conversationId);
    if (!stored) return [];
    return [statePush(appId, userId, stored)];
  }

  /** Reads with a bounded number at a time; failed reads are left out. */
  async #each<T, R>(
    items: readonly T[],
    read: (item: T) => Promise<R>,
  ): Promise<{ values: R[]; complete: boolean }> {
    const values: R[] = [];
    let complete = true;
    const { recoveryReads } = this.#limits;
    for (let at = 0; at < items.length; at += recoveryReads) {
      const part = items.slice(at, at + recoveryReads);
      for (const result of await Promise.all(part.map((item) => settled(read(item))))) {
        if (result.ok) values.push(result.value);
        else complete = false;
      }
    }
    return { values, complete };
  }
}

async function settled<T>(promise: Promise<T>): Promise<{ ok: true; value: T } | { ok: false }> {
  try {
    return { ok: true, value: await promise };
  } catch {
    return { ok: false };
  }
}
