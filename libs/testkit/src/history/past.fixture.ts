import { DomainError, type ErrorCode } from '@queqiao/domain';
import { Content, Entry, Sender_Kind } from '@queqiao/protocol/client';
import type { MessageChange, OwnChange } from './changes.js';
import type { HistoryInput, Membership } from './history-input.js';
import { History } from './history.js';
import type { SurfacedLog } from './surfaced-log.js';

export type Story = () => Promise<HistoryInput>;

export interface Stories {
  readonly bad: Readonly<Record<string, Story>>;
  readonly good: Readonly<Record<string, Story>>;
}

export const CHAT = 'd:ann:bob';

export function text(words: string): Content {
  return Content.create({ body: { $case: 'text', value: { text: words } } });
}

export function entry(seq: number, changes: Partial<Entry> = {}): Entry {
  return Entry.create({
    conversationId: CHAT,
    seq,
    ordinal: seq,
    sender: { kind: Sender_Kind.USER, id: 'ann' },
    clientMsgId: `m${seq}`,
    createdMs: 1_000 + seq,
    content: text(`text ${seq}`),
    ...changes,
  });
}

export function member(changes: Partial<Membership> = {}): Membership {
  const stints = [{ joinedSeq: 0, leftSeq: Infinity }];
  const nothing = { readSeq: 0, clearedSeq: 0, hidden: new Set<number>(), mentionedSeq: 0 };
  return { stints, ...nothing, settings: {}, ...changes };
}

export interface Past {
  readonly history: History;
  readonly phone: SurfacedLog;
  readonly table: Map<string, Entry[]>;
  readonly members: Map<string, Map<string, Membership>>;
  readonly reactions: Set<string>;
  readonly pins: Set<string>;
  foreign?: Set<string>;
}

/** What is stored, and what of it Bob's phone surfaced. */
export interface Plan {
  readonly stored?: readonly Entry[];
  readonly surfaced?: readonly Entry[];
}

/** Ann sent three messages one after another; Bob's phone got them. */
export async function past({ stored, surfaced }: Plan = {}): Promise<Past> {
  const history = new History();
  const entries = [...(stored ?? [entry(1), entry(2), entry(3)])];
  for (const seq of [1, 2, 3]) await sent(history, `m${seq}`, seq);
  const phone = history.device('bob/phone', 'bob');
  for (const each of surfaced ?? entries) phone.entry(each);
  const users = new Map([
    ['ann', member({ readSeq: 3 })],
    ['bob', member()],
  ]);
  const table = new Map([[CHAT, entries]]);
  const members = new Map([[CHAT, users]]);
  return { history, phone, table, members, reactions: new Set(), pins: new Set() };
}

export function sent(history: History, clientMsgId: string, seq: number, words = `text ${seq}`) {
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId, text: words };
  return history.send(about, () => Promise.resolve(seq));
}

/** A change of Ann's that was acknowledged as `seq`. */
export function asked(history: History, clientMsgId: string, seq: number, change: MessageChange) {
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId, change };
  return history.change(about, () => Promise.resolve(seq));
}

/** An own change of Bob's that was acknowledged. */
export function didOwn(history: History, change: OwnChange): Promise<void> {
  const about = { userId: 'bob', conversationId: CHAT, change };
  return history.changeOwn(about, () => Promise.resolve());
}

/** The entry of a change, which counts for nobody's unread messages. */
export function changeEntry(
  seq: number,
  clientMsgId: string,
  body: Content['body'],
  changes: Partial<Entry> = {},
): Entry {
  return entry(seq, { ordinal: 3, clientMsgId, content: Content.create({ body }), ...changes });
}

/** A send that fails with this code. */
export async function failed(
  history: History,
  clientMsgId: string,
  code: ErrorCode,
): Promise<void> {
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId, text: 'no' };
  await history.send(about, () => Promise.reject(new DomainError(code, 'no'))).catch(() => 0);
}

export const bob = (changes: Partial<Membership>): Map<string, Membership> =>
  new Map([
    ['ann', member({ readSeq: 3 })],
    ['bob', member(changes)],
  ]);

export async function withTail(at: { reached: number; waitedMs: number }): Promise<Past> {
  const story = await past();
  const about = { device: 'bob/phone', conversationId: CHAT, lastSeq: 3, limitMs: 5_000 };
  story.history.tails.push({ ...about, ...at });
  return story;
}

export async function withRest(count: number | undefined): Promise<Past> {
  const story = await past();
  const unread = new Map([[CHAT, count]]);
  story.history.rests.push({ device: 'bob/phone', userId: 'bob', unread });
  return story;
}

export async function withRecovery(tookMs: number | undefined): Promise<Past> {
  const story = await past();
  story.history.recoveries.push({ what: 'sends after a fault', tookMs, limitMs: 5_000 });
  return story;
}

export function marked(history: History, seq: number): Promise<void> {
  const about = { userId: 'bob', conversationId: CHAT, seq };
  return history.mark(about, () => Promise.resolve());
}

export function changed(history: History, change: 'join' | 'leave'): Promise<void> {
  const about = { userId: 'ann', conversationId: CHAT, change };
  return history.membership(about, () => Promise.resolve());
}
