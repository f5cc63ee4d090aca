import { isDeepStrictEqual } from 'node:util';
import { Entry_State, type Entry } from '@queqiao/protocol/client';
import { DEFAULT_LIMITS } from '@queqiao/sdk';
import { changeIn, changesByKey } from '../change-fold.js';
import { targetsOf } from '../changes.js';
import type { ChangeRecord } from '../history.js';
import {
  allEntries,
  isVisible,
  keyOfEntry,
  placeOf,
  reactionKey,
  wasMember,
  type HistoryInput,
  type Membership,
} from '../history-input.js';
import { newestSeen } from '../stays.js';
import { contentDigestOf, type ShownConversation, type ShownMessage } from '../shown.js';

const STATES = {
  shown: Entry_State.UNSPECIFIED,
  recalled: Entry_State.RECALLED,
  deleted: Entry_State.DELETED,
};

/**
 * At rest every replica shows, and keeps for its next start, what is stored: nothing else, and nothing that was taken back. What
 * was done to a message while the user was out is not told, so that either version of it may be there, or none.
 */
export function* replicas(input: HistoryInput): Generator<string> {
  const { history, table, members } = input;
  const stored = new StoredView(input);
  for (const { device, userId, shown } of history.rests) {
    if (shown === undefined) continue;
    for (const [conversationId, entries] of table) {
      const membership = members.get(conversationId)?.get(userId);
      if (membership === undefined || entries.length === 0) continue;
      const conversation = shown.get(conversationId);
      const who = `${device}: ${conversationId}`;
      if (conversation === undefined) yield `${who} is not shown`;
      else {
        yield* ownState(who, conversation, membership, newestSeen(membership, entries.length));
        yield* messages(who, conversation, entries, membership, stored);
        yield* kept(who, conversation, entries, { membership, stored });
      }
    }
  }
}

function* ownState(
  who: string,
  { settings, readSeq, mentionedSeq }: ShownConversation,
  { settings: stored, readSeq: storedRead, clearedSeq, ...member }: Membership,
  lastSeq: number,
): Generator<string> {
  const expected = {
    pinned: stored.pinned ?? false,
    muted: stored.muted ?? false,
    hidden: stored.hiddenAtSeq !== undefined && lastSeq <= stored.hiddenAtSeq,
    markedUnread: stored.markedUnread ?? false,
    draft: stored.draft ?? '',
    remark: stored.remark ?? '',
  };
  if (!isDeepStrictEqual(settings, expected)) {
    yield `${who} has the settings ${JSON.stringify(settings)}, not ${JSON.stringify(expected)}`;
  }
  if (readSeq !== storedRead) yield `${who} is read to ${readSeq}, not to ${storedRead}`;
  const unseen = member.mentionedSeq > Math.max(storedRead, clearedSeq) ? member.mentionedSeq : 0;
  if (mentionedSeq !== unseen) yield `${who} mentions at ${mentionedSeq}, not at ${unseen}`;
}

function* messages(
  who: string,
  { messages: shown }: ShownConversation,
  entries: readonly Entry[],
  membership: Membership,
  stored: StoredView,
): Generator<string> {
  const seen = new Set<number>();
  for (const message of shown) {
    const { seq } = message;
    seen.add(seq);
    const entry = entries[seq - 1];
    if (entry === undefined || !isVisible(membership, seq)) yield `${who} shows ${seq}`;
    else if (stored.isKnown(entry, membership)) yield* sameMessage(who, message, entry, stored);
  }
  // What is older than that may have been dropped from memory.
  const trimmed = entries.length > DEFAULT_LIMITS.maxKeptEntries;
  const first = trimmed ? (shown[0]?.seq ?? Infinity) : 1;
  const lacking = entries.find(
    (entry) =>
      entry.seq >= first &&
      !seen.has(entry.seq) &&
      stored.isMessage(entry) &&
      stored.isKnown(entry, membership) &&
      isVisible(membership, entry.seq),
  );
  if (lacking !== undefined) yield `${who} does not show ${lacking.seq}`;
}

function* sameMessage(
  who: string,
  message: ShownMessage,
  entry: Entry,
  stored: StoredView,
): Generator<string> {
  const { seq, state, contentDigest, reactions, pinned } = message;
  if (STATES[state] !== entry.state) yield `${who} shows ${seq} as ${state}`;
  if (contentDigest !== contentDigestOf(entry.content))
    yield `${who} shows another content of ${seq}`;
  const place = placeOf(entry.conversationId, seq);
  if (pinned !== stored.pins.has(place)) yield `${who} shows ${seq} pinned: ${pinned}`;
  const keys = reactions.flatMap(({ emoji, userIds }) =>
    userIds.map((userId) => reactionKey(place, userId, emoji)),
  );
  const expected = stored.reactions(place);
  if (keys.length !== expected.length || keys.some((key) => !expected.includes(key))) {
    yield `${who} shows ${seq} with ${keys.join(', ')}, not ${expected.join(', ')}`;
  }
}

function* kept(
  who: string,
  { kept: lines }: ShownConversation,
  entries: readonly Entry[],
  { membership, stored }: { readonly membership: Membership; readonly stored: StoredView },
): Generator<string> {
  for (const { seq, state, contentDigest } of lines) {
    const entry = entries[seq - 1];
    if (entry === undefined) yield `${who} keeps ${seq}`;
    else if (!stored.isKnown(entry, membership)) continue;
    else if (state !== entry.state || contentDigest !== contentDigestOf(entry.content)) {
      yield `${who} keeps another content of ${seq}`;
    }
  }
}

/** The table as replicas are compared with it. */
class StoredView {
  readonly pins: ReadonlySet<string>;
  readonly #reactions = new Map<string, string[]>();
  readonly #changes: ReadonlyMap<string, ChangeRecord>;
  /** Seqs of the changes of each message. */
  readonly #changedBy = new Map<string, number[]>();

  constructor({ history, table, reactions = new Set(), pins = new Set() }: HistoryInput) {
    this.pins = pins;
    this.#changes = changesByKey(history.changes);
    for (const entry of allEntries(table)) {
      const change = this.#changes.get(keyOfEntry(entry))?.change;
      for (const seq of change === undefined ? [] : targetsOf(change)) {
        const place = placeOf(entry.conversationId, seq);
        this.#changedBy.set(place, [...(this.#changedBy.get(place) ?? []), entry.seq]);
      }
    }
    for (const key of reactions) {
      const place = key.slice(0, key.indexOf(' '));
      this.#reactions.set(place, [...(this.#reactions.get(place) ?? []), key]);
    }
  }

  reactions(place: string): readonly string[] {
    return this.#reactions.get(place) ?? [];
  }

  /**
   * Whether the member is told of all that was done to a message, or to the message of an edit: not of what was done while out of
   * the conversation.
   */
  isKnown(entry: Entry, membership: Membership): boolean {
    const { conversationId, seq } = entry;
    const own = this.#changes.get(keyOfEntry(entry))?.change;
    const seqs = own === undefined ? [seq] : [seq, ...targetsOf(own)];
    return seqs
      .flatMap((each) => this.#changedBy.get(placeOf(conversationId, each)) ?? [])
      .every((change) => wasMember(membership, change));
  }

  isMessage(entry: Entry): boolean {
    return changeIn(entry.content) === undefined && !this.#changes.has(keyOfEntry(entry));
  }
}
