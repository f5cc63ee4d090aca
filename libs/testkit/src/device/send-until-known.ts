import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import {
  Content,
  ConversationServiceDefinition as Conversations,
  Entry,
  MessageServiceDefinition as Messages,
  Sender_Kind,
  SendRequest,
  type MemberState,
} from '@queqiao/protocol/client';
import type { BareDevice } from './bare-device.js';

export interface OutgoingText {
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly text: string;
  /** Members whom it names. */
  readonly mentions?: readonly string[];
}

/** A device that may lose its socket and get another one. */
export interface Reconnecting {
  readonly userId: string;
  readonly socket: BareDevice | undefined;
}

const RETRY_MS = { first: 100, max: 1_000 };
/** Keeps a broken test from hanging; no measurement. */
const GIVE_UP_MS = 120_000;

/**
 * Sends a text and repeats it with the same id, over whatever socket the device then has, until it is stored or refused for
 * good. Resolves with the entry as the answer describes it. Rejects with the DomainError of a definitive refusal.
 */
export async function sendUntilKnown(device: Reconnecting, message: OutgoingText): Promise<Entry> {
  const { conversationId, clientMsgId } = message;
  const content = contentOf(message);
  const request = SendRequest.create({ conversationId, clientMsgId, content });
  const { seq, ordinal, createdMs } = await untilKnown(device, (socket) =>
    socket.call(Messages, Messages.methods.send, request, conversationId),
  );
  const sender = { kind: Sender_Kind.USER, id: device.userId };
  return Entry.create({ conversationId, seq, ordinal, sender, clientMsgId, createdMs, content });
}

/** Moves the read cursor, repeated like a send. */
export async function markUntilKnown(
  device: Reconnecting,
  mark: { readonly conversationId: string; readonly seq: number },
): Promise<MemberState | undefined> {
  const { markRead } = Conversations.methods;
  const answer = await untilKnown(device, (socket) => socket.call(Conversations, markRead, mark));
  return answer.member;
}

export function contentOf({
  text,
  mentions = [],
}: Pick<OutgoingText, 'text' | 'mentions'>): Content {
  const named = mentions.length === 0 ? undefined : { all: false, userIds: [...mentions] };
  return Content.create({ body: { $case: 'text', value: { text } }, mentions: named });
}

export async function untilKnown<T>(
  device: Reconnecting,
  call: (socket: BareDevice) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (let waitMs = RETRY_MS.first; ; waitMs = Math.min(RETRY_MS.max, 2 * waitMs)) {
    try {
      if (device.socket === undefined) throw new DomainError('UNAVAILABLE', 'offline');
      return await call(device.socket);
    } catch (error) {
      const again = error instanceof DomainError && error.row.retryable;
      if (!again || Date.now() > deadline) throw error;
      await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}
