import type { OwnSettings } from '../changes.js';
import type { MembershipRecord, OwnChangeRecord } from '../history.js';
import {
  allEntries,
  isRefused,
  keyOf,
  keyOfEntry,
  wasMember,
  type HistoryInput,
  type Membership,
} from '../history-input.js';
import { Stays } from '../stays.js';

const NAMES = ['pinned', 'muted', 'draft', 'remark'] as const;
type Value = boolean | string;

/** What users hid, cleared and set, and who was mentioned, is what is stored of them. */
export function* ownChanges(input: HistoryInput): Generator<string> {
  const { history, members } = input;
  const stays = new Stays(history.memberships);
  const mentions = mentionsOf(input);
  for (const [conversationId, users] of members) {
    const here = history.ownChanges.filter((record) => record.conversationId === conversationId);
    for (const [userId, membership] of users) {
      const who = `${conversationId} ${userId}`;
      const own = here.filter((record) => record.userId === userId && !isRefused(record));
      yield* hidden(who, own, membership);
      yield* cleared(who, own, membership);
      for (const name of NAMES) yield* setting(who, name, own, membership);
      const named = mentions.get(who) ?? [];
      yield* mentioned(who, named, membership, stays.of(conversationId, userId));
    }
  }
}

function* hidden(
  who: string,
  own: readonly OwnChangeRecord[],
  { hidden: stored, clearedSeq }: Membership,
): Generator<string> {
  const wanted = new Set<number>();
  for (const { change, outcome } of own) {
    if (change.kind !== 'hide') continue;
    for (const seq of change.seqs) {
      wanted.add(seq);
      const gone = stored.has(seq) || seq <= clearedSeq;
      if (outcome === 'done' && !gone) yield `${who} sees ${seq}, which was deleted for that user`;
    }
  }
  for (const seq of stored) if (!wanted.has(seq)) yield `${who} lacks ${seq}, which nobody hid`;
}

/** A clear takes what it names, and nothing that came later, however often it was asked for. */
function* cleared(
  who: string,
  own: readonly OwnChangeRecord[],
  { clearedSeq }: Membership,
): Generator<string> {
  let [least, most] = [0, 0];
  for (const { change, outcome } of own) {
    if (change.kind !== 'clear') continue;
    most = Math.max(most, change.throughSeq);
    if (outcome === 'done') least = Math.max(least, change.throughSeq);
  }
  if (clearedSeq < least) yield `${who} is cleared to ${clearedSeq}, not to ${least}`;
  if (clearedSeq > most)
    yield `${who} is cleared to ${clearedSeq}, and asked for no more than ${most}`;
}

/** A value stands when somebody gave it, and nothing else that was acknowledged began after that was over. */
function* setting(
  who: string,
  name: keyof OwnSettings,
  own: readonly OwnChangeRecord[],
  { settings }: Membership,
): Generator<string> {
  const given = own.flatMap((record) => {
    const { change } = record;
    const value = change.kind === 'settings' ? change.settings[name] : undefined;
    return value === undefined ? [] : [{ record, value }];
  });
  const acknowledged = given.filter(({ record }) => record.outcome === 'done');
  const superseded = (endedAt: number): boolean =>
    acknowledged.some(({ record }) => record.begunAt > endedAt);
  const stored: Value = settings[name] ?? (name === 'draft' || name === 'remark' ? '' : false);
  const initial = stored === '' || stored === false;
  const stands =
    (initial && acknowledged.length === 0) ||
    given.some(({ record, value }) => value === stored && !superseded(settledAt(record)));
  if (!stands) yield `${who} has ${name} ${JSON.stringify(stored)}, which was set before others`;
}

/** An unknown one may come into effect at any time. */
function settledAt({ outcome, endedAt }: OwnChangeRecord): number {
  return outcome === 'done' ? (endedAt ?? Infinity) : Infinity;
}

/** The newest message that names a member is where the member was mentioned. */
function* mentioned(
  who: string,
  named: readonly number[],
  membership: Membership,
  records: readonly MembershipRecord[],
): Generator<string> {
  const { mentionedSeq: stored } = membership;
  const newest = named.filter((seq) => wasMember(membership, seq)).at(-1) ?? 0;
  // Rows of those who came with the right to see everything do not tell when they were out, and nobody is mentioned who is.
  const unsure = records.some(({ fromStart }) => fromStart === true);
  if (stored === newest || (unsure && (stored === 0 || named.includes(stored)))) return;
  yield `${who} was last mentioned at ${newest}, not at ${stored}`;
}

/** Stored messages that name a user, by conversation and user, ascending. */
function mentionsOf({ history, table }: HistoryInput): Map<string, number[]> {
  const named = new Map(
    history.sends.flatMap((send) =>
      send.mentions === undefined ? [] : [[keyOf(send), send.mentions] as const],
    ),
  );
  const mentions = new Map<string, number[]>();
  for (const entry of allEntries(table)) {
    for (const userId of named.get(keyOfEntry(entry)) ?? []) {
      const key = `${entry.conversationId} ${userId}`;
      mentions.set(key, [...(mentions.get(key) ?? []), entry.seq]);
    }
  }
  return mentions;
}
