import type { Entry } from '@queqiao/protocol/client';
import type { History, SendRecord } from './history.js';
import type { SurfacedEvent } from './surfaced-log.js';

/** The recorded part of a history: what the clients of one app did and saw. */
export type Recorded = Pick<
  History,
  'sends' | 'marks' | 'memberships' | 'logs' | 'tails' | 'rests' | 'recoveries'
>;

/** One time in a conversation: the entries with joinedSeq < seq <= leftSeq. */
export interface Stint {
  readonly joinedSeq: number;
  /** Infinity for a current member. */
  readonly leftSeq: number;
}

/** What a user has in one conversation, as stored. */
export interface Membership {
  readonly stints: readonly Stint[];
  readonly readSeq: number;
  /** Entries up to it were cleared by the user. */
  readonly clearedSeq: number;
  /** Entries that the user deleted for oneself. */
  readonly hidden: ReadonlySet<number>;
}

export interface HistoryInput {
  readonly history: Recorded;
  /** The entries of each conversation as stored, ascending. */
  readonly table: ReadonlyMap<string, readonly Entry[]>;
  /** By conversation and user, as stored. */
  readonly members: ReadonlyMap<string, ReadonlyMap<string, Membership>>;
  /** Digests of the entries of the other apps in the same deployment. */
  readonly foreign?: ReadonlySet<string>;
}

export const GUARANTEES = [
  'no loss',
  'no duplicates',
  'no phantoms',
  'no gaps',
  'order',
  'agreement',
  'no skip',
  'tail',
  'tenancy',
  'membership',
  'read cursor',
  'unread',
  'liveness',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** Says what is wrong, one line for each finding. */
export type Check = (input: HistoryInput) => Iterable<string>;

export type SurfacedEntry = Extract<SurfacedEvent, { kind: 'entry' }>;

/** True when the membership lets its user see the entry at seq. */
export function isVisible(membership: Membership | undefined, seq: number): boolean {
  if (membership === undefined) return false;
  if (seq <= membership.clearedSeq || membership.hidden.has(seq)) return false;
  return wasMember(membership, seq);
}

/** True when the entry at seq was sent while the user was a member, whatever the user cleared since. */
export function wasMember(membership: Membership | undefined, seq: number): boolean {
  const stints = membership?.stints ?? [];
  return stints.some(({ joinedSeq, leftSeq }) => joinedSeq < seq && seq <= leftSeq);
}

export function seqOf({ outcome }: SendRecord): number | undefined {
  return typeof outcome === 'object' && 'seq' in outcome ? outcome.seq : undefined;
}

export function isRefused({ outcome }: { readonly outcome: unknown }): boolean {
  return typeof outcome === 'object' && outcome !== null && 'refused' in outcome;
}

/** A message's identity: one per sender, conversation and client_msg_id. */
export function keyOf(send: SendRecord): string {
  return `${send.conversationId} ${send.sender} ${send.clientMsgId}`;
}

export function keyOfEntry(entry: Entry): string {
  return `${entry.conversationId} ${entry.sender?.id ?? ''} ${entry.clientMsgId}`;
}

export function* allEntries(table: HistoryInput['table']): Generator<Entry> {
  for (const entries of table.values()) yield* entries;
}

export function isEntry(event: SurfacedEvent): event is SurfacedEntry {
  return event.kind === 'entry';
}
