import {
  Ack,
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
} from '@queqiao/protocol/client';
import { saidIn, type Deed, type ReferenceModel } from '../../src/testing/index.js';
import type { FakeServer, Outcome } from '../fakes/fake-server.js';

const { send, recall, edit, deleteForAll, react, pin, deleteForMe } = Messages.methods;
const { markRead, clearHistory, updateSettings } = Conversations.methods;

/** An answer of the server's that is not the model's. */
export interface Disagreement {
  readonly method: string;
  readonly server: number | string;
  readonly model: number | string;
}

/** Tells the model what the server took, in its order; returns where the two disagree, as far as it has come. */
export function witness(server: FakeServer, model: ReferenceModel): readonly Disagreement[] {
  const found: Disagreement[] = [];
  const requests = new Set<string>();
  server.witness = ({ user }, method, body, outcome) => {
    const written = writtenBy(method, body);
    let given: number | string;
    let answer: number | string;
    if (written === undefined) {
      answer = changeMember({ model, requests }, user, method, body) ?? 'OK';
      given = 'refused' in outcome ? outcome.refused : 'OK';
    } else {
      const { conversationId, clientMsgId, deed } = written;
      answer = model.write(user, conversationId, clientMsgId, deed);
      given = answerOf(method, outcome);
    }
    if (given !== answer) found.push({ method, server: given, model: answer });
  };
  return found;
}

/** The seq, or the code of the refusal. */
function answerOf(method: string, outcome: Outcome): number | string {
  if ('refused' in outcome) return outcome.refused;
  // The answers to all changes have the same fields.
  const { responseType } = method === 'Send' ? send : recall;
  return responseType.decode(outcome.reply).seq;
}

function writtenBy(
  method: string,
  body: Uint8Array,
): { conversationId: string; clientMsgId: string; deed: Deed } | undefined {
  switch (method) {
    case 'Send': {
      const { content, notCounted, ...ids } = send.requestType.decode(body);
      return { ...ids, deed: { kind: 'text', ...saidIn(content), counted: !notCounted } };
    }
    case 'Recall': {
      const { targetSeq: target, ...ids } = recall.requestType.decode(body);
      return { ...ids, deed: { kind: 'recall', target } };
    }
    case 'Edit': {
      const { targetSeq: target, content, ...ids } = edit.requestType.decode(body);
      return { ...ids, deed: { kind: 'edit', target, ...saidIn(content) } };
    }
    case 'DeleteForAll': {
      const { targetSeqs: targets, ...ids } = deleteForAll.requestType.decode(body);
      return { ...ids, deed: { kind: 'delete', targets } };
    }
    case 'React': {
      const { targetSeq: target, emoji, remove, ...ids } = react.requestType.decode(body);
      return { ...ids, deed: { kind: 'reaction', target, emoji, removed: remove } };
    }
    case 'Pin': {
      const { targetSeq: target, remove, ...ids } = pin.requestType.decode(body);
      return { ...ids, deed: { kind: 'pin', target, removed: remove } };
    }
    default:
      return undefined;
  }
}

/** Undefined: taken, or nothing that changes anything. */
function changeMember(
  { model, requests }: { readonly model: ReferenceModel; readonly requests: Set<string> },
  user: string,
  method: string,
  body: Uint8Array,
): string | undefined {
  switch (method) {
    case 'MarkRead': {
      const { conversationId, seq } = markRead.requestType.decode(body);
      return model.markRead(user, conversationId, seq);
    }
    case 'ClearHistory': {
      const { conversationId, throughSeq } = clearHistory.requestType.decode(body);
      return model.clear(user, conversationId, throughSeq);
    }
    case 'DeleteForMe': {
      const { conversationId, seqs } = deleteForMe.requestType.decode(body);
      return model.deleteForMe(user, conversationId, seqs);
    }
    case 'UpdateSettings': {
      const { conversationId, throughSeq, clientRequestId, ...patch } =
        updateSettings.requestType.decode(body);
      if (requests.has(clientRequestId)) return undefined;
      const set = Object.fromEntries(
        Object.entries(patch).filter(([, value]) => value !== undefined),
      );
      const refusal = model.changeSettings(user, conversationId, set, throughSeq);
      // What was refused is asked anew.
      if (refusal === undefined) requests.add(clientRequestId);
      return refusal;
    }
    case 'Ack': {
      const { conversationId, seq } = Ack.decode(body);
      model.delivered(user, conversationId, seq);
      return undefined;
    }
    default:
      return undefined;
  }
}
