import { encodeMessage } from '@queqiao/protocol';
import { Content } from '@queqiao/protocol/client';
import { BeforeSendQuestion as ProtoQuestion } from '@queqiao/protocol/server';
import type { BeforeSendQuestion } from '../../usecase/message/ports.js';
import { binaryToJson } from '../json-transcoder.js';
import { messageSchema } from '../method-schemas.js';

export type EncodeQuestion = (
  question: BeforeSendQuestion,
  named: { readonly questionId: string; readonly askedMs: number },
) => Uint8Array;

/** What a hook is sent: UTF-8 JSON of queqiao.server.v1.BeforeSendQuestion, with every field written out. */
export function questionEncoder(): EncodeQuestion {
  const schema = messageSchema('queqiao.server.v1.BeforeSendQuestion');
  return ({ content, deviceId, ...question }, { questionId, askedMs }) => {
    const { appId, userId, conversationId, clientMsgId, editOfSeq } = question;
    const message = ProtoQuestion.create({
      appId,
      questionId,
      askedMs,
      userId,
      deviceId: deviceId ?? '',
      conversationId,
      clientMsgId,
      content: Content.decode(content),
      editOfSeq,
    });
    return binaryToJson(schema, encodeMessage(ProtoQuestion, message));
  };
}
