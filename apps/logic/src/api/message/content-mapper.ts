import { Content, Sender_Kind, type Sender as ProtoSender } from '@queqiao/protocol/client';
import type { Sender } from '@queqiao/domain';
import type { MessageContent } from '../../usecase/message/ports.js';

/** Null for a content without a body, or with one that this build does not know. */
export function toMessageContent(content: Content | undefined): MessageContent | null {
  const body = content?.body;
  if (!content || !body) return null;
  // Encoding it again drops fields that nobody checked.
  const encoded = Content.encode(content).finish();
  switch (body.$case) {
    case 'text':
      return { kind: 'text', textBytes: Buffer.byteLength(body.value.text), encoded };
    default:
      return { kind: 'server-only', encoded };
  }
}

const SENDER_KINDS = {
  user: Sender_Kind.USER,
  system: Sender_Kind.SYSTEM,
  business: Sender_Kind.BUSINESS,
} as const satisfies Record<Sender['kind'], Sender_Kind>;

export function toProtoSender(sender: Sender): ProtoSender {
  return { kind: SENDER_KINDS[sender.kind], id: sender.id };
}

/** Null when no kind is named, or an unknown one. */
export function fromProtoSender(sender: ProtoSender | undefined): Sender | null {
  switch (sender?.kind) {
    case Sender_Kind.USER:
      return { kind: 'user', id: sender.id };
    case Sender_Kind.SYSTEM:
      return { kind: 'system', id: sender.id };
    case Sender_Kind.BUSINESS:
      return { kind: 'business', id: sender.id };
    case Sender_Kind.UNSPECIFIED:
    case Sender_Kind.UNRECOGNIZED:
    case undefined:
    default:
      return null;
  }
}
