import { encodeMessage } from '@queqiao/protocol';
import {
  Content,
  Sender_Kind,
  type Card,
  type ForwardedMessage,
  type Sender as ProtoSender,
} from '@queqiao/protocol/client';
import type { Sender } from '@queqiao/domain';
import type { CONTENT_RULES } from '../../usecase/message/content-rules.js';
import type { ContentBody, MergedMessage, MessageContent } from '../../usecase/message/ports.js';

/** Null for a content without a body, or with one that this build does not know. */
export function toMessageContent(content: Content | undefined): MessageContent | null {
  const body = toBody(content);
  // Encoding it again drops fields that nobody checked.
  return content && body ? { body, encoded: encodeMessage(Content, content) } : null;
}

function toBody(content: Content | undefined): ContentBody | null {
  const body = content?.body;
  if (!content || !body) return null;
  const { extra, mentions, replyTo } = content;
  return {
    kind: body.$case,
    fields: { ...body.value },
    extra,
    replyToSeq: replyTo?.seq,
    mentions,
    subject: body.$case === 'card' ? toSubject(body.value) : undefined,
    merged: body.$case === 'mergedForward' ? body.value.messages.map(toMerged) : undefined,
  };
}

function toSubject({ subject }: Card): ContentBody['subject'] {
  switch (subject?.$case) {
    case 'userId':
      return { kind: 'user', id: subject.value };
    case 'groupId':
      return { kind: 'group', id: subject.value };
    case undefined:
      return undefined;
  }
}

function toMerged({ senderName, createdMs, content }: ForwardedMessage): MergedMessage {
  return { senderName, createdMs, body: toBody(content) };
}

type Body = NonNullable<Content['body']>;
type FieldsOf<K extends Body['$case']> = keyof Extract<Body, { $case: K }>['value'];
/** Fields that the rules look at by hand. */
type ByHand = { card: 'subject'; mergedForward: 'messages' };

type Rules = typeof CONTENT_RULES;
type Unmatched = {
  [K in keyof Rules]:
    | Exclude<FieldsOf<K>, keyof Rules[K] | (K extends keyof ByHand ? ByHand[K] : never)>
    | Exclude<keyof Rules[K], FieldsOf<K>>;
}[keyof Rules];
type Nothing<T extends never> = T;
/** A field of a message without a rule, or a rule without a field, does not compile. */
export type FieldsWithoutRule = Nothing<Unmatched>;

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
