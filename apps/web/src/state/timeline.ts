import type { Line, Outgoing } from './chat-state.js';

/** Lines of one sender that follow each other within this are drawn as one block. */
const BLOCK_GAP_MS = 5 * 60_000;

export type TimelineItem =
  | { readonly kind: 'day'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'notice'; readonly key: string; readonly line: Line }
  | {
      readonly kind: 'bubble';
      readonly key: string;
      readonly senderId: string;
      readonly mine: boolean;
      /** Undefined for what a newer client sent and this one cannot show. */
      readonly text: string | undefined;
      readonly createdMs: number;
      /** Set for own messages. */
      readonly status: 'pending' | 'sent' | 'failed' | undefined;
      readonly problem: string;
      readonly clientMsgId: string;
      readonly startsBlock: boolean;
      readonly endsBlock: boolean;
    };

type Bubble = Extract<TimelineItem, { kind: 'bubble' }>;

export interface TimelineInput {
  readonly meId: string;
  /** The other side of a direct chat. */
  readonly peerId?: string | undefined;
  readonly lines: readonly Line[];
  readonly outgoing: readonly Outgoing[];
  /** Calendar day of a time, as text: equal for times of the same local day. */
  readonly dayOf: (ms: number) => string;
}

/** What is drawn in a conversation, from top to bottom; messages on their way stand below the log. */
export function timeline({ meId, peerId, lines, outgoing, dayOf }: TimelineInput): TimelineItem[] {
  const items: TimelineItem[] = [];
  let day = '';
  const onDay = (ms: number, key: string): void => {
    const next = dayOf(ms);
    if (next !== day) items.push({ kind: 'day', key: `day-${next}-${key}`, atMs: ms });
    day = next;
  };
  for (const line of lines) {
    onDay(line.createdMs, String(line.seq));
    items.push(lineItem(line, meId, peerId));
  }
  for (const message of outgoing) {
    onDay(message.createdMs, message.clientMsgId);
    items.push(outgoingItem(message, meId));
  }
  return items.map((item, index) => {
    if (item.kind !== 'bubble') return item;
    const startsBlock = !sameBlock(items[index - 1], item);
    const endsBlock = !sameBlock(items[index + 1], item);
    return { ...item, startsBlock, endsBlock };
  });
}

function lineItem(line: Line, meId: string, peerId: string | undefined): TimelineItem {
  const { body, clientMsgId, createdMs, seq } = line;
  const isNotice = body.kind !== 'text' && body.kind !== 'unknown';
  // The system speaks through an account of the app: it is the one this chat is with.
  const senderId = line.senderId ?? peerId;
  if (senderId === undefined || isNotice) {
    return { kind: 'notice', key: `seq-${seq}`, line };
  }
  const mine = senderId === meId;
  return {
    kind: 'bubble',
    // The same key as while it was on its way, so that the bubble stays in place.
    key: mine && clientMsgId !== '' ? clientMsgId : `seq-${seq}`,
    senderId,
    mine,
    text: body.kind === 'text' ? body.text : undefined,
    createdMs,
    status: mine ? 'sent' : undefined,
    problem: '',
    clientMsgId,
    startsBlock: true,
    endsBlock: true,
  };
}

function outgoingItem(message: Outgoing, meId: string): Bubble {
  const { clientMsgId, text, createdMs, status, problem } = message;
  return {
    kind: 'bubble',
    key: clientMsgId,
    senderId: meId,
    mine: true,
    text,
    createdMs,
    status,
    problem,
    clientMsgId,
    startsBlock: true,
    endsBlock: true,
  };
}

function sameBlock(other: TimelineItem | undefined, item: Bubble): boolean {
  return (
    other?.kind === 'bubble' &&
    other.senderId === item.senderId &&
    Math.abs(other.createdMs - item.createdMs) < BLOCK_GAP_MS
  );
}
