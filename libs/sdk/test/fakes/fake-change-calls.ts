import {
  Content,
  ConversationServiceDefinition as Conversations,
  DeviceServiceDefinition as Devices,
  MessageServiceDefinition as Messages,
} from '@queqiao/protocol/client';
import type { FakeServer, FakeSession } from './fake-server.js';

type Body = NonNullable<Content['body']>;

/** Undefined: not one of the operations that change what is there. */
export function executeChange(
  server: FakeServer,
  session: FakeSession,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  return (
    changeEntry(server, session, method, body) ??
    changeMember(server, session, method, body) ??
    other(server, session, method, body)
  );
}

function changeEntry(
  server: FakeServer,
  session: FakeSession,
  method: string,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const asked = askedChange(method, bytes);
  if (asked === undefined) return undefined;
  const { conversationId, clientMsgId, body } = asked;
  const content = Content.create({ body });
  server.log.checkTargets(conversationId, session.user, clientMsgId, content);
  const { entry, fresh } = server.log.append(conversationId, session.user, clientMsgId, content);
  if (fresh) server.push(conversationId, { $case: 'entry', value: entry }, session);
  const { seq, ordinal, createdMs } = entry;
  return Messages.methods.recall.responseType.encode({ seq, ordinal, createdMs }).finish();
}

function askedChange(
  method: string,
  bytes: Uint8Array,
): { conversationId: string; clientMsgId: string; body: Body } | undefined {
  const { recall, edit, deleteForAll, react, pin } = Messages.methods;
  if (method === 'Recall') {
    const { targetSeq, ...ids } = recall.requestType.decode(bytes);
    return { ...ids, body: { $case: 'recall', value: { targetSeq } } };
  }
  if (method === 'Edit') {
    const { targetSeq, content, ...ids } = edit.requestType.decode(bytes);
    return { ...ids, body: { $case: 'edit', value: { targetSeq, content, revision: 0 } } };
  }
  if (method === 'DeleteForAll') {
    const { targetSeqs, ...ids } = deleteForAll.requestType.decode(bytes);
    return { ...ids, body: { $case: 'delete', value: { targetSeqs } } };
  }
  if (method === 'React') {
    const { targetSeq, emoji, remove: removed, ...ids } = react.requestType.decode(bytes);
    return { ...ids, body: { $case: 'reaction', value: { targetSeq, emoji, removed } } };
  }
  if (method !== 'Pin') return undefined;
  const { targetSeq, remove: removed, ...ids } = pin.requestType.decode(bytes);
  return { ...ids, body: { $case: 'pin', value: { targetSeq, removed } } };
}

function changeMember(
  server: FakeServer,
  session: FakeSession,
  method: string,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const { updateSettings, clearHistory, markRead } = Conversations.methods;
  const { log } = server;
  const { user } = session;
  const change = (): { id: string; apply: () => void } | undefined => {
    if (method === 'UpdateSettings') {
      const {
        conversationId: id,
        throughSeq,
        clientRequestId: requestId,
        ...patch
      } = updateSettings.requestType.decode(bytes);
      const set = Object.entries(patch).filter(([, value]) => value !== undefined);
      const about = { throughSeq, requestId };
      return { id, apply: () => log.updateSettings(id, user, Object.fromEntries(set), about) };
    }
    if (method === 'MarkRead') {
      const { conversationId: id, seq } = markRead.requestType.decode(bytes);
      return { id, apply: () => log.markRead(id, user, seq) };
    }
    if (method === 'ClearHistory') {
      const { conversationId: id, throughSeq } = clearHistory.requestType.decode(bytes);
      return { id, apply: () => log.clear(id, user, throughSeq) };
    }
    if (method !== 'DeleteForMe') return undefined;
    const { conversationId: id, seqs } = Messages.methods.deleteForMe.requestType.decode(bytes);
    return { id, apply: () => log.hide(id, user, seqs) };
  };
  const asked = change();
  if (asked === undefined) return undefined;
  const before = log.revs(asked.id);
  asked.apply();
  server.pushStates(asked.id, before);
  return clearHistory.responseType.encode({ member: log.member(asked.id, user) }).finish();
}

function other(
  server: FakeServer,
  session: FakeSession,
  method: string,
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (method === 'Signal') {
    const { conversationId, name, data } = Messages.methods.signal.requestType.decode(bytes);
    const sender = { kind: 1, id: session.user };
    const event = { $case: 'signal' as const, value: { name, data } };
    const value = { conversationId, sender, createdMs: 1, event };
    server.push(conversationId, { $case: 'transient', value }, session);
    return new Uint8Array();
  }
  if (method === 'ListReaders') {
    const value = { userIds: ['bob'], nextPageToken: '', readCount: 1, unreadCount: 0 };
    return Conversations.methods.listReaders.responseType.encode(value).finish();
  }
  if (method === 'ListDevices') {
    const sessions = [...server.sessions].filter(({ user }) => user === session.user);
    const devices = sessions.map((one) => ({
      device: one.connect.device,
      createdMs: 1,
      lastSeenMs: 2,
      current: one === session,
    }));
    return Devices.methods.listDevices.responseType.encode({ devices }).finish();
  }
  if (method !== 'SignOutDevice') return undefined;
  const { deviceId } = Devices.methods.signOutDevice.requestType.decode(bytes);
  server.signOut(session.user, deviceId);
  return new Uint8Array();
}
