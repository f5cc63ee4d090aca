import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import {
  Content,
  Entry,
  MessageServiceDefinition as Messages,
  Sender_Kind,
  SendRequest,
} from '@queqiao/protocol/client';
import type { BareDevice } from './bare-device.js';

export interface OutgoingText {
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly text: string;
}

const RETRY_MS = 100;
/** Keeps a broken test from hanging; no measurement. */
const GIVE_UP_MS = 120_000;

/**
 * Sends a text and repeats it with the same id, over whatever socket the device then has, until it is stored or refused for
 * good. Resolves with the entry as the answer describes it. Rejects with the DomainError of a definitive refusal.
 */
export async function sendUntilKnown(
  device: { readonly userId: string; readonly socket: BareDevice | undefined },
  message: OutgoingText,
): Promise<Entry> {
  const deadline = Date.now() + GIVE_UP_MS;
  const { conversationId, clientMsgId, text } = message;
  const content = Content.create({ body: { $case: 'text', value: { text } } });
  for (;;) {
    try {
      if (device.socket === undefined) throw new DomainError('UNAVAILABLE', 'offline');
      const request = SendRequest.create({ conversationId, clientMsgId, content });
      const { seq, ordinal, createdMs } = await device.socket.call(
        Messages,
        Messages.methods.send,
        request,
        conversationId,
      );
      const sender = { kind: Sender_Kind.USER, id: device.userId };
      return Entry.create({
        conversationId,
        seq,
        ordinal,
        sender,
        clientMsgId,
        createdMs,
        content,
      });
    } catch (error) {
      const again = error instanceof DomainError && error.row.retryable;
      if (!again || Date.now() > deadline) throw error;
      await sleep(RETRY_MS * (0.5 + Math.random()));
    }
  }
}
