import { isDeepStrictEqual } from 'node:util';
import { Entry_State, type Entry } from '@queqiao/protocol/client';
import { ChangeFold, changeIn, changesByKey, textOf, type Folded } from '../change-fold.js';
import { takesBack, targetsOf } from '../changes.js';
import type { ChangeRecord, SendRecord } from '../history.js';
import {
  allEntries,
  isRefused,
  keyOf,
  keyOfEntry,
  placeOf,
  seqOf,
  type HistoryInput,
  type Recorded,
} from '../history-input.js';
import { settledAt, Stays } from '../stays.js';
import { ownChanges } from './own-changes.js';

/**
 * What the stored changes of messages say was done to them is what is stored of them, no more and no less: content, state,
 * revision, reactions and pins; what was taken back is nowhere. The same for what users changed of their own.
 */
export function* changes(input: HistoryInput): Generator<string> {
  const { history, table, reactions = new Set(), pins = new Set() } = input;
  const byKey = changesByKey(history.changes);
  const fold = new ChangeFold(byKey);
  for (const entry of allEntries(table)) {
    fold.add(entry);
    const record = byKey.get(keyOfEntry(entry));
    if (record !== undefined) yield* contentOf(entry, record);
  }
  yield* fold.breaches;
  for (const message of fold.messages.values()) yield* contentsOf(message);
  yield* differences('reaction', fold.reactions, reactions);
  yield* differences('pin', fold.pins, pins);
  yield* refusals(history);
  yield* ownChanges(input);
}

/** A change's own entry says what was asked for; only an edit can lose its content. */
function* contentOf(entry: Entry, { change }: ChangeRecord): Generator<string> {
  if (change.kind === 'edit' && entry.content === undefined) return;
  const said = changeIn(entry.content);
  const wanted =
    change.kind === 'delete'
      ? { ...change, targetSeqs: [...change.targetSeqs].sort((a, b) => a - b) }
      : change;
  if (isDeepStrictEqual(said, wanted)) return;
  yield `${placeOf(entry.conversationId, entry.seq)} is stored with another ${change.kind}`;
}

function* contentsOf({ entry, state, text, revision, edits }: Folded): Generator<string> {
  const place = placeOf(entry.conversationId, entry.seq);
  const taken = state !== Entry_State.UNSPECIFIED;
  if (entry.state !== state) yield `${place} has state ${entry.state}, not ${state}`;
  if (entry.revision !== revision) yield `${place} has revision ${entry.revision}, not ${revision}`;
  if (taken && entry.content !== undefined) yield `${place} was taken back and has its content`;
  if (!taken && text !== undefined && textOf(entry.content) !== text) {
    yield `${place} has not the text of its newest edit`;
  }
  for (const edit of edits) {
    const gone = edit.content === undefined && edit.state === state;
    if (taken !== gone) {
      yield `edit ${edit.seq} of ${place} ${taken ? 'has' : 'has lost'} its content`;
    }
  }
}

function* differences(
  what: string,
  expected: ReadonlySet<string>,
  stored: ReadonlySet<string>,
): Generator<string> {
  for (const key of expected) if (!stored.has(key)) yield `${what} ${key} is not stored`;
  for (const key of stored) if (!expected.has(key)) yield `${what} ${key} is stored`;
}

/** A message is not found only when somebody was taking it back, or when it may be from before its changer last joined. */
function* refusals({ changes: records, sends, memberships }: Recorded): Generator<string> {
  const takers = records.filter(({ change }) => takesBack(change));
  const stays = new Stays(memberships);
  for (const record of records) {
    const { change, conversationId, endedAt = Infinity } = record;
    const refused = isRefused(record) && JSON.stringify(record.outcome).includes('"NOT_FOUND"');
    if (!refused) continue;
    const reason = takers.some(
      (taker) =>
        taker !== record &&
        !isRefused(taker) &&
        taker.conversationId === conversationId &&
        taker.begunAt < endedAt &&
        targetsOf(taker.change).some((seq) => targetsOf(change).includes(seq)),
    );
    if (reason || mayBeFromBefore(record, sends, stays)) continue;
    yield `${keyOf(record)} (${change.kind}) found nothing, and nobody took it back`;
  }
}

function mayBeFromBefore(
  { change, conversationId, sender, endedAt = Infinity }: ChangeRecord,
  sends: readonly SendRecord[],
  stays: Stays,
): boolean {
  const joins = stays
    .of(conversationId, sender)
    .filter((each) => each.change === 'join' && each.fromStart !== true && each.begunAt < endedAt);
  const joinedAt = Math.max(0, ...joins.map(settledAt));
  return sends.some(
    (send) =>
      send.conversationId === conversationId &&
      targetsOf(change).includes(seqOf(send) ?? 0) &&
      send.begunAt < joinedAt,
  );
}
