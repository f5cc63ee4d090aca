import { SendRequest, SendResponse } from '@queqiao/protocol/client';
import { Error as ErrorMessage, ErrorCode } from '@queqiao/protocol/common';
import {
  Codec,
  KickSessionRequest,
  KickSessionResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RefreshSessionRequest,
} from '@queqiao/protocol/link';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type LogicNode } from '../rig/api-rig.js';
import { LinkCaller } from '../rig/api-link-caller.js';

const SESSIONS = 'queqiao.link.v1.SessionService';
const SEND = 'queqiao.client.v1.MessageService/Send';
let rig: ApiRig;
let app: TestApp;
let node: LogicNode;
const links: LinkCaller[] = [];

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', {
    allowedOrigins: ['https://ok.example'],
    devicePolicy: { mode: 'max-per-user', max: 3 },
  });
  [node] = rig.nodes as [LogicNode];
});
afterEach(() => {
  for (const link of links.splice(0)) link.close();
});
afterAll(() => rig.stop());

function attach(nodeId = 'connect-1', to = node): LinkCaller {
  const at = `127.0.0.1:${to.logic.ports.link}`;
  const link = new LinkCaller(at, { nodeId, bootId: `boot-of-${nodeId}` });
  links.push(link);
  return link;
}

async function open(link: LinkCaller, userId: string, more: Partial<OpenSessionRequest> = {}) {
  const device = { id: 'phone', platform: 2, brand: '', model: '', osVersion: '', appVersion: '' };
  const token = await app.token(userId);
  const request = { token, device, generation: 1, origin: '', remoteAddress: '', ...more };
  const body = OpenSessionRequest.encode(request).finish();
  return link.call({ method: `${SESSIONS}/OpenSession`, body });
}

const errorOf = (reply: { result?: { $case: string; value: Uint8Array } | undefined }) =>
  reply.result?.$case === 'error' ? ErrorMessage.decode(reply.result.value) : undefined;
const bodyOf = (reply: { result?: { $case: string; value: Uint8Array } | undefined }) => {
  if (reply.result?.$case !== 'body') throw new Error(JSON.stringify(errorOf(reply)));
  return reply.result.value;
};

describe('over the link', () => {
  it('a session is opened, refused by its origin, and refreshed for the same user only', async () => {
    const link = attach();
    const opened = OpenSessionResponse.decode(bodyOf(await open(link, 'alice')));
    expect(opened).toMatchObject({
      appId: 'demo',
      userId: 'alice',
      logEpoch: 1,
      devicePolicy: { mode: 2, maxDevices: 3 },
    });
    expect(opened.tokenExpiresMs).toBeGreaterThan(Date.now());
    expect(opened.tokenExpiresMs).toBeGreaterThan(opened.serverMs);
    expect(opened.serverMs).toBeGreaterThan(Date.now() - 60_000);
    expect(await open(link, 'alice', { origin: 'https://ok.example' })).toHaveProperty(
      'result.$case',
      'body',
    );
    const foreign = await open(link, 'alice', { origin: 'https://evil.example' });
    expect(errorOf(foreign)).toMatchObject({ code: ErrorCode.PERMISSION_DENIED, field: 'origin' });
    const expired = await open(link, 'alice', { token: await app.token('alice', -60) });
    expect(errorOf(expired)).toMatchObject({ code: ErrorCode.TOKEN_EXPIRED });
    const request = {
      token: await app.token('bob'),
      appId: 'demo',
      userId: 'alice',
      deviceId: 'phone',
    };
    const body = RefreshSessionRequest.encode(request).finish();
    const refreshed = await link.call({ method: `${SESSIONS}/RefreshSession`, body });
    expect(errorOf(refreshed)).toMatchObject({ code: ErrorCode.UNAUTHENTICATED });
  });

  it('both codecs reach the same message, and the sender session gets no push', async () => {
    const link = attach('connect-2');
    for (const user of ['alice', 'bob']) bodyOf(await open(link, user));
    const route = { nodeId: 'connect-2', bootId: 'boot-of-connect-2', generation: 1 };
    const shape = { platform: 'ios', codec: 'json' } as const;
    const policy = { mode: 'unlimited' } as const;
    const { directory } = node;
    await directory.acquireLease({ kind: 'connect', ...route }, '', 600_000);
    await directory.plantCanaries(
      { kind: 'connect', ...route },
      Array.from({ length: 256 }, (_, bucket) => bucket),
      600_000,
    );
    for (const [user, session] of [
      ['alice', 1],
      ['bob', 2],
    ] as const) {
      await directory.register(
        'demo',
        user,
        { ...route, ...shape, session, deviceId: user },
        policy,
      );
    }
    const caller = { appId: 'demo', userId: 'alice', deviceId: 'alice', session: 1 };
    const request = {
      conversationId: 'd:alice:bob',
      clientMsgId: newId(),
      content: contentOf('hi'),
    };
    const body = SendRequest.encode(SendRequest.create(request)).finish();
    const first = SendResponse.decode(bodyOf(await link.call({ method: SEND, caller, body })));
    const text = JSON.stringify({ ...request, content: { text: { text: 'hi' } } });
    const json = new TextEncoder().encode(text);
    const again = await link.call({ method: SEND, caller, body: json, codec: Codec.JSON });
    expect(JSON.parse(new TextDecoder().decode(bodyOf(again)))).toEqual({
      conversationId: 'd:alice:bob',
      seq: String(first.seq),
      ordinal: String(first.ordinal),
      createdMs: String(first.createdMs),
    });
    await link.until(({ down }) => down.length > 0);
    const [push] = link.down;
    expect(push?.item).toMatchObject({ $case: 'deliver', value: { sessions: [2] } });
    const delivered = push?.item?.$case === 'deliver' ? push.item.value.jsonItem : new Uint8Array();
    expect(new TextDecoder().decode(delivered)).toContain('"hi"');
  });

  it('a kick is passed on to an attached node, and is needless for one that is gone', async () => {
    const [link, target] = [attach('connect-3'), attach('connect-4')];
    bodyOf(await open(target, 'carol'));
    const kick = (nodeId: string) => {
      const order = { session: 5, closeCode: 4203, reason: 'replaced' };
      const body = KickSessionRequest.encode({
        nodeId,
        bootId: `boot-of-${nodeId}`,
        ...order,
      }).finish();
      return link.call({ method: `${SESSIONS}/KickSession`, body });
    };
    expect(KickSessionResponse.decode(bodyOf(await kick('connect-4')))).toEqual({ gone: false });
    await target.until(({ down }) => down.length > 0);
    expect(target.down).toMatchObject([
      { item: { $case: 'kick', value: { sessions: [5], closeCode: 4203 } } },
    ]);
    expect(KickSessionResponse.decode(bodyOf(await kick('connect-9')))).toEqual({ gone: true });
    const absent = { kind: 'connect', nodeId: 'connect-8', bootId: 'boot-of-connect-8' } as const;
    await node.directory.acquireLease(absent, '', 60_000);
    expect(errorOf(await kick('connect-8'))).toMatchObject({ code: ErrorCode.UNAVAILABLE });
  });

  it('server services are out of reach', async () => {
    const caller = { appId: 'demo', userId: 'alice', deviceId: 'alice', session: 1 };
    const reply = await attach('connect-5').call({
      method: 'queqiao.server.v1.UserService/UpsertUsers',
      caller,
    });
    expect(errorOf(reply)).toMatchObject({ code: ErrorCode.UNIMPLEMENTED });
  });
});

describe('the life of a node', () => {
  it('publishes its link, and takes it back when it stops', async () => {
    const extra = rig.makeNode({ QUEQIAO_NODE_ID: 'logic-life' });
    await extra.logic.start();
    const { ports, bootId } = extra.logic;
    const live = await node.directory.liveNodes('logic');
    expect(live).toContainEqual({
      nodeId: 'logic-life',
      bootId,
      address: `127.0.0.1:${ports.link}`,
    });
    const readyz = `http://127.0.0.1:${ports.operations}/readyz`;
    expect((await fetch(readyz)).status).toBe(200);
    expect(await extra.logic.stop()).toEqual({ clean: true, problems: [] });
    const left = await node.directory.liveNodes('logic');
    expect(left.map(({ nodeId }) => nodeId)).not.toContain('logic-life');
  });

  it('drains: unready, links told, calls in flight answered, new ones refused', async () => {
    const extra = await rig.addNode({ QUEQIAO_NODE_ID: 'logic-drain' });
    const index = rig.nodes.length - 1;
    const link = attach('connect-6', extra);
    for (const user of ['dan', 'dora']) bodyOf(await open(link, user));
    const caller = { appId: 'demo', userId: 'dan', deviceId: 'phone', session: 1 };
    const dan = await rig.signedIn(app, 'dan', index);
    const sends = Array.from({ length: 50 }, (_, n) => {
      const request = {
        conversationId: 'd:dan:dora',
        clientMsgId: `m${n}`,
        content: contentOf('x'),
      };
      return link.call({
        method: SEND,
        caller,
        body: SendRequest.encode(SendRequest.create(request)).finish(),
      });
    });
    const { operations } = extra.logic.ports;
    const drained = extra.logic.drain();
    const ready = await fetch(`http://127.0.0.1:${operations}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, reasons: ['draining'] });
    const seqs = (await Promise.all(sends)).map((reply) => SendResponse.decode(bodyOf(reply)).seq);
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    await drained;
    await link.until(({ draining }) => draining);
    expect(await failureOf(dan.sync())).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await extra.logic.stop()).toEqual({ clean: true, problems: [] });
    await link.ended;
  });

  it('does not start without a database, and gives its ports back', async () => {
    const lost = rig.makeNode({
      QUEQIAO_NODE_ID: 'logic-lost',
      QUEQIAO_MYSQL_URL: 'mysql://queqiao:x@127.0.0.1:1/queqiao',
    });
    await expect(lost.logic.start()).rejects.toThrow(/database/);
    expect(lost.logic.ports).toEqual({ grpc: 0, link: 0, operations: 0 });
    await lost.logic.stop();
  });

  it('starts without Redis, and sends are acknowledged', async () => {
    const alone = rig.makeNode({ QUEQIAO_NODE_ID: 'logic-alone' });
    await alone.directory.stop();
    rig.nodes.push(alone);
    await alone.logic.start();
    const eve = await rig.signedIn(app, 'eve', rig.nodes.length - 1);
    expect(await eve.send('d:eve:eve', 'm1')).toMatchObject({ seq: 1 });
  });
});
