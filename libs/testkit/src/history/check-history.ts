import { Entry, Sender_Kind } from '@queqiao/protocol/client';
import type { SendRecord, SurfacedLog } from './history.js';

export interface HistoryInput {
  readonly sends: readonly SendRecord[];
  readonly logs: readonly SurfacedLog[];
  /** The entries of each conversation as stored, ascending. */
  readonly table: ReadonlyMap<string, readonly Entry[]>;
  /** Users who may see each conversation from its beginning. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

export type Guarantee =
  'no loss' | 'no duplicates' | 'no phantoms' | 'no gaps' | 'order' | 'agreement' | 'membership';

export interface Violation {
  readonly guarantee: Guarantee;
  readonly what: string;
}

/**
 * Judges a recorded history after faults were healed and traffic has drained, against what is stored. An empty answer means
 * that it kept every guarantee that is named here. `SendRecord`s of unknown outcome may or may not be stored.
 */
export function checkHistory(input: HistoryInput): Violation[] {
  return [
    ...noLoss(input),
    ...noDuplicates(input),
    ...noPhantoms(input),
    ...noGaps(input),
    ...order(input),
    ...agreement(input),
    ...membership(input),
  ];
}

const violation =
  (guarantee: Guarantee) =>
  (what: string): Violation => ({ guarantee, what });

function* noLoss({ sends, logs, table, members }: HistoryInput): Generator<Violation> {
  const lost = violation('no loss');
  for (const send of sends) {
    const seq = seqOf(send);
    if (seq === undefined) continue;
    const entry = table.get(send.conversationId)?.[seq - 1];
    if (entry === undefined || keyOfEntry(entry) !== keyOf(send)) {
      yield lost(`${keyOf(send)} was acknowledged as ${seq}, which is not stored so`);
    } else if (textOf(entry) !== send.text) {
      yield lost(`${keyOf(send)} is stored with another text`);
    }
  }
  for (const log of logs) {
    const seen = countByConversation(log.entries);
    for (const [conversationId, entries] of table) {
      if (members.get(conversationId)?.has(log.userId) !== true) continue;
      const count = seen.get(conversationId) ?? 0;
      if (count < entries.length) {
        yield lost(`${log.device} surfaced ${count} of ${entries.length} in ${conversationId}`);
      }
    }
  }
}

function* noDuplicates({ sends, table }: HistoryInput): Generator<Violation> {
  const twice = violation('no duplicates');
  const stored = new Map<string, number>();
  for (const entry of allOf(table)) {
    if (entry.clientMsgId === '') continue;
    const key = keyOfEntry(entry);
    const other = stored.get(key);
    if (other !== undefined) yield twice(`${key} is stored as ${other} and as ${entry.seq}`);
    stored.set(key, entry.seq);
  }
  const [seqs, keys] = [new Map<string, number>(), new Map<string, string>()];
  for (const send of sends) {
    const seq = seqOf(send);
    if (seq === undefined) continue;
    const [key, place] = [keyOf(send), `${send.conversationId}#${seq}`];
    const [otherSeq, otherKey] = [seqs.get(key), keys.get(place)];
    if (otherSeq !== undefined && otherSeq !== seq) {
      yield twice(`${key} was answered ${otherSeq} and ${seq}`);
    }
    if (otherKey !== undefined && otherKey !== key) {
      yield twice(`${place} was given to ${otherKey} and to ${key}`);
    }
    seqs.set(key, seq);
    keys.set(place, key);
  }
}

function* noPhantoms({ sends, table }: HistoryInput): Generator<Violation> {
  const phantom = violation('no phantoms');
  const wanted = new Map<string, boolean>();
  for (const send of sends) {
    const refused = typeof send.outcome === 'object' && 'refused' in send.outcome;
    wanted.set(keyOf(send), wanted.get(keyOf(send)) === true || !refused);
  }
  for (const entry of allOf(table)) {
    if (entry.clientMsgId === '' || entry.sender?.kind !== Sender_Kind.USER) continue;
    const key = keyOfEntry(entry);
    const known = wanted.get(key);
    if (known === undefined) yield phantom(`nobody sent ${key}`);
    else if (!known) yield phantom(`${key} was refused, and is stored as ${entry.seq}`);
  }
}

function* noGaps({ table }: HistoryInput): Generator<Violation> {
  for (const [conversationId, entries] of table) {
    const at = entries.findIndex((entry, index) => entry.seq !== index + 1);
    if (at >= 0) yield violation('no gaps')(`${conversationId} has no ${at + 1}`);
  }
}

function* order({ sends, logs }: HistoryInput): Generator<Violation> {
  const wrong = violation('order');
  for (const { device, entries } of logs) {
    const high = new Map<string, number>();
    for (const { conversationId, seq } of entries) {
      const before = high.get(conversationId) ?? 0;
      if (seq !== before + 1) yield wrong(`${device}: ${conversationId} ${before}, then ${seq}`);
      high.set(conversationId, seq);
    }
  }
  // Events in the order in which they happened: a send must get more than everything that was acknowledged before it began.
  const events = sends.flatMap((send) => [
    { at: send.begunAt, send, ends: false },
    ...(send.endedAt === undefined ? [] : [{ at: send.endedAt, send, ends: true }]),
  ]);
  const acknowledged = new Map<string, number>();
  const floors = new Map<SendRecord, number>();
  const begun = new Set<string>();
  for (const { send, ends } of events.sort((a, b) => a.at - b.at)) {
    const highest = acknowledged.get(send.conversationId) ?? 0;
    const seq = seqOf(send);
    if (ends) acknowledged.set(send.conversationId, Math.max(highest, seq ?? 0));
    // A repetition of an earlier send rightly gets the earlier seq.
    else if (!begun.has(keyOf(send))) floors.set(send, highest);
    begun.add(keyOf(send));
    const floor = floors.get(send);
    if (ends && seq !== undefined && floor !== undefined && seq <= floor) {
      yield wrong(`${keyOf(send)} got ${seq}, but began after ${floor} was acknowledged`);
    }
  }
}

function* agreement({ logs, table }: HistoryInput): Generator<Violation> {
  const differs = violation('agreement');
  const stored = new Map<string, string>();
  for (const entry of allOf(table)) stored.set(placeOf(entry), bytesOf(entry));
  for (const { device, entries } of logs) {
    for (const entry of entries) {
      const expected = stored.get(placeOf(entry));
      if (expected === undefined)
        yield differs(`${device} has ${placeOf(entry)}, which is not stored`);
      else if (expected !== bytesOf(entry))
        yield differs(`${device} has another ${placeOf(entry)}`);
    }
  }
}

function* membership({ logs, members }: HistoryInput): Generator<Violation> {
  for (const { device, userId, entries } of logs) {
    for (const conversationId of countByConversation(entries).keys()) {
      if (members.get(conversationId)?.has(userId) === true) continue;
      yield violation('membership')(`${device} sees ${conversationId}`);
    }
  }
}

function* allOf(table: HistoryInput['table']): Generator<Entry> {
  for (const entries of table.values()) yield* entries;
}

function countByConversation(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { conversationId } of entries) {
    counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1);
  }
  return counts;
}

function seqOf({ outcome }: SendRecord): number | undefined {
  return typeof outcome === 'object' && 'seq' in outcome ? outcome.seq : undefined;
}

function keyOf(send: SendRecord): string {
  return `${send.conversationId} ${send.sender} ${send.clientMsgId}`;
}

function keyOfEntry(entry: Entry): string {
  return `${entry.conversationId} ${entry.sender?.id ?? ''} ${entry.clientMsgId}`;
}

function placeOf(entry: Entry): string {
  return `${entry.conversationId}#${entry.seq}`;
}

function bytesOf(entry: Entry): string {
  return Buffer.from(Entry.encode(entry).finish()).toString('base64');
}

function textOf({ content }: Entry): string | undefined {
  return content?.body?.$case === 'text' ? content.body.value.text : undefined;
}
