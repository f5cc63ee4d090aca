import { DomainError, type ErrorCode } from '@queqiao/domain';
import {
  MessageServiceDefinition as Messages,
  Sender_Kind,
  Content,
  Ack,
  type Call,
  type Connect,
  type Item,
  type Push,
  type SendRequest,
} from '@queqiao/protocol/client';
import { errorCodeToProto } from '@queqiao/protocol/common';
import type { WebSocketFactory } from '../../src/connection/web-socket.js';
import { executeChange } from './fake-change-calls.js';
import { FakeGroupService } from './fake-group-service.js';
import { FakeLog } from './fake-log.js';
import { executeFriend } from './fake-friend-calls.js';
import { FakeMomentCalls } from './fake-moment-calls.js';
import { FakeMoments } from './fake-moments.js';
import { FakePeople } from './fake-people.js';
import { FakePresence } from './fake-presence.js';
import { executeRead } from './fake-read-calls.js';
import { FakeSocket } from './fake-socket.js';
import { FakeProfiles } from './fake-user-calls.js';

export interface FakeSession {
  readonly socket: FakeSocket;
  readonly connect: Connect;
  readonly user: string;
}

/** What a test does to a call: an error, no reply at all, or carrying it out and then losing the reply. */
export type Fault =
  { readonly error: ErrorCode; readonly retryAfterMs?: number } | 'swallow' | 'lose-reply';

/** What became of a call: the reply's body, or the code of the refusal. */
export type Outcome = { readonly reply: Uint8Array } | { readonly refused: ErrorCode };

/** A server without a network, scripted by the test. Tokens are user names, with anything after a slash ignored. */
export class FakeServer {
  readonly log = new FakeLog();
  readonly people = new FakePeople(this);
  readonly profiles = new FakeProfiles(this.people);
  readonly presence = new FakePresence(this);
  readonly groups = new FakeGroupService(this);
  readonly moments = new FakeMoments(this.people);
  readonly momentCalls = new FakeMomentCalls(this.people, this.moments);
  readonly sessions = new Set<FakeSession>();
  /** Every connect item, also refused ones. */
  readonly connects: Connect[] = [];
  readonly calls: { method: string; id: number; body: Uint8Array }[] = [];
  readonly acks: { user: string; conversationId: string; seq: number }[] = [];
  readonly refreshes: string[] = [];
  readonly sends: SendRequest[] = [];
  pings = 0;
  /** False: sockets open and are never answered. */
  answering = true;
  /** Opening a socket fails. */
  unreachable = false;
  pingIntervalMs = 25_000;
  tokenLifeMs = 3_600_000;
  fault: (method: string, call: Call) => Fault | undefined = () => undefined;
  refuse: (connect: Connect) => { code: number; reconnectAfterMs?: number } | undefined = () =>
    undefined;
  /** Happens when a call was carried out and its reply has not left: what it causes overtakes the reply. */
  beforeReply: (method: string) => void = () => undefined;
  /** Hears of every call and ack that was taken or refused, in their order. */
  witness: (session: FakeSession, method: string, body: Uint8Array, outcome: Outcome) => void =
    () => undefined;
  /** What becomes of a push on its way to one session. */
  onPush: (push: Item, session: FakeSession) => Item[] = (push) => [push];
  #sessionCount = 0;
  #holding: string | undefined;
  readonly #held: (() => void)[] = [];
  /** What was under way on a socket when it ended is lost. */
  readonly #gone = new WeakSet<FakeSocket>();

  readonly webSocket: WebSocketFactory = (_url, protocols) => {
    if (this.unreachable) throw new Error('connection refused');
    if (protocols[0] !== 'queqiao.v1.proto') throw new Error('no such subprotocol');
    const socket = new FakeSocket({
      received: (from, items) => this.#received(from, items),
      closedByClient: (from) => this.#forget(from),
    });
    socket.open();
    return socket;
  };

  session(user: string): FakeSession {
    const found = [...this.sessions].filter((one) => one.user === user).at(-1);
    if (found === undefined) throw new Error(`${user} is not connected`);
    return found;
  }

  /** Replies to a method are made and kept, until they are released. */
  holdReply(method: string): void {
    this.#holding = method;
  }

  releaseReplies(): void {
    this.#holding = undefined;
    for (const deliver of this.#held.splice(0)) deliver();
  }

  /** Someone else does something to messages. */
  change(id: string, sender: string, body: NonNullable<Content['body']>): void {
    const clientMsgId = `m${this.log.entries(id).length + 1}`;
    const content = Content.create({ body });
    const { entry, fresh } = this.log.append(id, sender, clientMsgId, content);
    if (fresh) this.push(id, { $case: 'entry', value: entry });
  }

  /** Someone else says something. */
  say(id: string, sender: string, text: string): void {
    const content = Content.create({ body: { $case: 'text', value: { text } } });
    const clientMsgId = `m${this.log.entries(id).length + 1}`;
    const { entry } = this.log.append(id, sender, clientMsgId, content);
    this.push(id, { $case: 'entry', value: entry });
  }

  /** To every session of every member, except the one that caused it. */
  push(id: string, event: NonNullable<Push['event']>, except?: FakeSession): void {
    const members = new Set(this.log.membersOf(id));
    for (const session of this.sessions) {
      if (session === except || !members.has(session.user)) continue;
      this.pushTo(session, event);
    }
  }

  pushTo(session: FakeSession, event: NonNullable<Push['event']>): void {
    const item: Item = { item: { $case: 'push', value: { event } } };
    for (const one of this.onPush(item, session)) session.socket.deliver([one]);
  }

  /** Members' states that changed, to all sessions of each. */
  pushStates(id: string, before: ReadonlyMap<string, number>): void {
    for (const session of this.sessions) {
      const rev = before.get(session.user);
      if (rev === undefined) continue;
      const value = this.log.member(id, session.user);
      if (value.rev > rev) this.pushTo(session, { $case: 'memberState', value });
    }
  }

  resync(user: string, conversationId = ''): void {
    const value = { conversationId, reason: 'test' };
    this.session(user).socket.deliver([{ item: { $case: 'resync', value } }]);
  }

  /** Ends a session with a disconnect item and the close code. */
  disconnect(user: string, code: number, reconnectAfterMs = 0): void {
    this.#end(this.session(user).socket, code, reconnectAfterMs);
  }

  signOut(user: string, deviceId: string): void {
    for (const { socket, connect, user: other } of this.sessions) {
      if (other === user && connect.device?.id === deviceId) this.#end(socket, 4204, 0);
    }
  }

  /** The transport breaks: the client is told, without a code of ours. */
  drop(user: string): void {
    this.dropSession(this.session(user));
  }

  dropSession({ socket }: FakeSession): void {
    this.#forget(socket);
    socket.closeByServer(1006, '');
  }

  #end(socket: FakeSocket, code: number, reconnectAfterMs: number): void {
    this.#forget(socket);
    const value = { code, reason: 'test', reconnectAfterMs, error: undefined };
    socket.deliver([{ item: { $case: 'disconnect', value } }]);
    socket.closeByServer(code, 'test');
  }

  #forget(socket: FakeSocket): void {
    this.#gone.add(socket);
    for (const session of this.sessions)
      if (session.socket === socket) this.sessions.delete(session);
  }

  #received(socket: FakeSocket, items: Item[]): void {
    if (!this.answering || this.#gone.has(socket)) return;
    for (const { item } of items) {
      if (item?.$case === 'connect') this.#connect(socket, item.value);
      else if (item?.$case === 'ping') {
        this.pings += 1;
        socket.deliver([{ item: { $case: 'pong', value: { serverMs: 1 } } }]);
      } else if (item?.$case === 'call') this.#call(socket, item.value);
      else if (item?.$case === 'ack') this.#acked(this.#sessionOf(socket), item.value);
      else if (item?.$case === 'refresh') {
        this.refreshes.push(item.value.token);
        this.#greet(socket, this.#sessionOf(socket).user);
      }
    }
  }

  #acked(session: FakeSession, ack: Ack): void {
    const { user } = session;
    this.acks.push({ user, ...ack });
    this.witness(session, 'Ack', Ack.encode(ack).finish(), { reply: new Uint8Array() });
    const before = this.log.revs(ack.conversationId);
    this.log.delivered(ack.conversationId, user, ack.seq);
    this.pushStates(ack.conversationId, before);
  }

  #connect(socket: FakeSocket, connect: Connect): void {
    this.connects.push(connect);
    const refusal = this.refuse(connect);
    if (refusal !== undefined) {
      this.#end(socket, refusal.code, refusal.reconnectAfterMs ?? 0);
      return;
    }
    const user = connect.token.split('/')[0] ?? '';
    this.sessions.add({ socket, connect, user });
    this.#greet(socket, user);
  }

  #greet(socket: FakeSocket, userId: string): void {
    this.#sessionCount += 1;
    const value = {
      sessionId: `s${this.#sessionCount}`,
      appId: 'demo',
      userId,
      logEpoch: this.log.epoch,
      serverMs: 1_000_000,
      tokenExpiresMs: 1_000_000 + this.tokenLifeMs,
      pingIntervalMs: this.pingIntervalMs,
      silenceLimitMs: 60_000,
    };
    socket.deliver([{ item: { $case: 'connected', value } }]);
  }

  #sessionOf(socket: FakeSocket): FakeSession {
    for (const session of this.sessions) if (session.socket === socket) return session;
    throw new Error('a call before the sign-in');
  }

  #call(socket: FakeSocket, call: Call): void {
    const session = this.#sessionOf(socket);
    const method = call.method.split('/')[1] ?? '';
    this.calls.push({ method, id: call.id, body: call.body });
    const fault = this.fault(method, call);
    if (fault === 'swallow') return;
    if (fault !== undefined && fault !== 'lose-reply') {
      this.#fail(socket, call.id, fault.error, fault.retryAfterMs ?? 0);
      return;
    }
    let value: Uint8Array;
    try {
      value = this.#execute(session, method, call.body);
    } catch (refused) {
      if (!(refused instanceof DomainError)) throw refused;
      this.witness(session, method, call.body, { refused: refused.code });
      this.#fail(socket, call.id, refused.code, 0);
      return;
    }
    this.witness(session, method, call.body, { reply: value });
    if (fault === 'lose-reply') return;
    this.beforeReply(method);
    const reply = { id: call.id, result: { $case: 'body' as const, value } };
    const deliver = (): void => socket.deliver([{ item: { $case: 'reply', value: reply } }]);
    if (method === this.#holding) this.#held.push(deliver);
    else deliver();
  }

  #fail(socket: FakeSocket, id: number, code: ErrorCode, retryAfterMs: number): void {
    const value = {
      code: errorCodeToProto(code),
      message: 'refused by the test',
      field: '',
      retryAfterMs,
      requestId: 'r1',
    };
    socket.deliver([
      { item: { $case: 'reply', value: { id, result: { $case: 'error', value } } } },
    ]);
  }

  #execute(session: FakeSession, method: string, body: Uint8Array): Uint8Array {
    const { user } = session;
    if (method === 'Send') return this.#send(session, body);
    const people =
      executeFriend(this.people, user, method, body) ??
      this.profiles.execute(user, method, body) ??
      this.presence.execute(user, method, body) ??
      this.momentCalls.execute(user, method, body);
    if (people !== undefined) return people;
    const changed = executeChange(this, session, method, body);
    if (changed !== undefined) return changed;
    const read = executeRead(this.log, user, method, body);
    if (read !== undefined) return read;
    const grouped = this.groups.execute(user, method, body);
    if (grouped !== undefined) return grouped;
    throw new Error(`no method ${method}`);
  }

  #send(session: FakeSession, body: Uint8Array): Uint8Array {
    const request = Messages.methods.send.requestType.decode(body);
    this.sends.push(request);
    const { conversationId, clientMsgId, content, notCounted } = request;
    if (!this.log.has(conversationId)) {
      const [, a = '', b = ''] = conversationId.split(':');
      this.log.createConversation(conversationId, { [a]: 0, [b]: 0 });
    }
    if (content === undefined) throw new Error('a message without content');
    if (request.onlineOnly) {
      const sender = { kind: Sender_Kind.USER, id: session.user };
      const event = { $case: 'content' as const, value: content };
      const value = { conversationId, sender, createdMs: 1, event };
      this.push(conversationId, { $case: 'transient', value }, session);
      return new Uint8Array();
    }
    const { user } = session;
    const { entry, fresh } = this.log.append(
      conversationId,
      user,
      clientMsgId,
      content,
      notCounted,
    );
    if (fresh) this.push(conversationId, { $case: 'entry', value: entry }, session);
    const { seq, ordinal, createdMs } = entry;
    const { responseType } = Messages.methods.send;
    return responseType.encode({ conversationId, seq, ordinal, createdMs }).finish();
  }
}
