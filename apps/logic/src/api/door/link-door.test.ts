import { DomainError } from '@queqiao/domain';
import {
  MessageServiceDefinition,
  SendRequest,
  SendResponse,
  UserServiceDefinition,
} from '@queqiao/protocol/client';
import { Error as ErrorMessage, ErrorCode } from '@queqiao/protocol/common';
import {
  CloseSessionRequest,
  Codec,
  KickSessionResponse,
  OpenSessionResponse,
  RefreshSessionResponse,
  RevocationsSinceResponse,
  SessionServiceDefinition,
  UpCall,
} from '@queqiao/protocol/link';
import { MessageServiceDefinition as ServerMessageServiceDefinition } from '@queqiao/protocol/server';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import type { UserContext } from '../../usecase/caller.js';
import { defineService } from '../api-service.js';
import { CallObserver } from '../call-observer.js';
import { MethodCaller } from '../method-caller.js';
import { appRules } from '../../../test/fakes/app-rules.js';
import { LinkDoor } from './link-door.js';

const node = { nodeId: 'c1', bootId: 'b1' };
const SEND = 'queqiao.client.v1.MessageService/Send';
const caller = { appId: 'demo', userId: 'alice', deviceId: 'phone', session: 7 };
const settings = appRules();
const sent = { conversationId: 'd:a:b', seq: 0, ordinal: 0, createdMs: 0 };

const unused = (): Promise<never> => Promise.reject(new Error('not called here'));

function rig(fail?: unknown) {
  const contexts: UserContext[] = [];
  const registry = new Registry();
  const logged: string[] = [];
  const logger = silentLogger();
  logger.error = (...args: unknown[]) => void logged.push(JSON.stringify(args));
  const state = { status: 'active' as 'active' | 'suspended' };
  const services = [
    defineService('user', MessageServiceDefinition, {
      send(_request, context) {
        contexts.push(context);
        return fail === undefined ? Promise.resolve(sent) : Promise.reject(fail);
      },
      recall: unused,
      edit: unused,
      deleteForAll: unused,
      react: unused,
      pin: unused,
      deleteForMe: unused,
      signal: unused,
    }),
    defineService('user', UserServiceDefinition, {
      getUsers: () => Promise.resolve({ users: [] }),
      getMe: unused,
      updateMe: unused,
      updateMySettings: unused,
      searchUsers: unused,
    }),
    defineService('business', ServerMessageServiceDefinition, {
      sendMessage: () => Promise.resolve(sent),
      listMessages: unused,
      recallMessage: unused,
      deleteMessages: unused,
      sendToUsers: unused,
    }),
    defineService('node', SessionServiceDefinition, {
      largeMemberships: unused,
      largeLeavers: unused,
      confirmCrossing: unused,
      presenceChanged: unused,
      openSession: () => Promise.resolve(OpenSessionResponse.create()),
      refreshSession: () => Promise.resolve(RefreshSessionResponse.create()),
      closeSession: () => Promise.resolve({}),
      kickSession: () => Promise.resolve(KickSessionResponse.create()),
      ackDelivered: () => Promise.resolve({}),
      revocationsSince: () => Promise.resolve(RevocationsSinceResponse.create()),
    }),
  ];
  const observer = new CallObserver({
    clock: systemClock,
    logger,
    registry,
    translate: (error) =>
      error instanceof RangeError ? new DomainError('UNAVAILABLE', 'away') : undefined,
  });
  const door = new LinkDoor({
    services,
    caller: new MethodCaller(services),
    observer,
    apps: { app: () => Promise.resolve({ status: state.status, settings }) },
  });
  const execute = async (call: Partial<UpCall>) => {
    const full = { ...UpCall.create({ method: SEND, caller, requestId: 'r9' }), ...call };
    const result = await door.execute(full, node, new AbortController().signal);
    return 'body' in result ? result : { error: ErrorMessage.decode(result.error) };
  };
  return { execute, contexts, registry, logged, state };
}

describe('the link door', () => {
  it('hands a session call to its handler with the session as origin', async () => {
    const { execute, contexts } = rig();
    const body = SendRequest.encode(SendRequest.create({ conversationId: 'd:a:b' })).finish();
    const result = await execute({ body });
    expect('body' in result && SendResponse.decode(result.body)).toEqual(sent);
    expect(contexts[0]).toMatchObject({
      appId: 'demo',
      caller: { kind: 'user', userId: 'alice', deviceId: 'phone', session: { node, session: 7 } },
      requestId: 'r9',
    });
  });

  it('answers JSON with JSON, zeros included', async () => {
    const { execute } = rig();
    const body = new TextEncoder().encode('{"conversationId":"d:a:b"}');
    const result = await execute({ body, codec: Codec.JSON });
    expect('body' in result && JSON.parse(new TextDecoder().decode(result.body))).toEqual({
      conversationId: 'd:a:b',
      seq: '0',
      ordinal: '0',
      createdMs: '0',
    });
  });

  it('knows methods by audience: the others do not exist', async () => {
    const { execute } = rig();
    const absent: Partial<UpCall>[] = [
      { method: 'queqiao.client.v1.MessageService/Nothing' },
      { method: `/${SEND}` },
      { method: '' },
      { method: '__proto__' },
      { method: SEND, caller: undefined },
      { method: 'queqiao.server.v1.MessageService/SendMessage' },
      { method: 'queqiao.server.v1.MessageService/SendMessage', caller: undefined },
      { method: 'queqiao.link.v1.SessionService/OpenSession' },
    ];
    for (const call of absent) {
      expect(await execute(call), JSON.stringify(call)).toMatchObject({
        error: { code: ErrorCode.UNIMPLEMENTED, requestId: 'r9' },
      });
    }
    const close = { method: 'queqiao.link.v1.SessionService/CloseSession', caller: undefined };
    const body = CloseSessionRequest.encode(CloseSessionRequest.create()).finish();
    expect(await execute({ ...close, body })).toHaveProperty('body');
  });

  it('answers malformed bodies with the field, in both codecs', async () => {
    const { execute, contexts } = rig();
    const json = new TextEncoder().encode('{"clientMsgId":5}');
    expect(await execute({ body: json, codec: Codec.JSON })).toMatchObject({
      error: { code: ErrorCode.INVALID_ARGUMENT, field: 'client_msg_id' },
    });
    expect(await execute({ body: Uint8Array.from([0x12, 0x05, 0x41]) })).toMatchObject({
      error: { code: ErrorCode.INVALID_ARGUMENT, field: 'client_msg_id' },
    });
    expect(contexts).toEqual([]);
  });

  it('tells a defect apart from what an adapter means, and says nothing of its inside', async () => {
    const away = await rig(new RangeError('pool of 10.0.0.1')).execute({});
    expect(away).toMatchObject({ error: { code: ErrorCode.UNAVAILABLE, message: 'away' } });
    const { execute, logged } = rig(new TypeError('secret inside'));
    const broken = await execute({});
    expect(broken).toMatchObject({
      error: { code: ErrorCode.INTERNAL, message: 'internal error', requestId: 'r9' },
    });
    expect(logged.join()).toContain('r9');
  });

  it('takes no calls for a suspended app', async () => {
    const { execute, state, contexts } = rig();
    state.status = 'suspended';
    const method = 'queqiao.client.v1.UserService/GetUsers';
    expect(await execute({ method })).toMatchObject({ error: { code: ErrorCode.APP_SUSPENDED } });
    expect(contexts).toEqual([]);
    // A send may be the retry of a stored message: whether it is, its use case finds out.
    expect(await execute({})).toHaveProperty('body');
    expect(contexts).toHaveLength(1);
    state.status = 'active';
    expect(await execute({ method })).toHaveProperty('body');
  });

  it('counts every call, and all unknown methods under one label', async () => {
    const { execute, registry } = rig();
    await execute({});
    await execute({ method: 'made.up/A' });
    await execute({ method: 'made.up/B' });
    const metric = await registry.getSingleMetric('queqiao_api_calls_total')?.get();
    expect(metric?.values.map(({ value, labels }) => ({ value, ...labels }))).toEqual([
      { value: 1, door: 'link', method: SEND, code: 'OK' },
      { value: 2, door: 'link', method: 'unknown', code: 'UNIMPLEMENTED' },
    ]);
  });
});
