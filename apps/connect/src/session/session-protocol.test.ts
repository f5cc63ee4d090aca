import { describe, expect, it } from 'vitest';
import { callItem, connectItem, SessionRig } from '../../test/session-rig.js';

const ERROR = { TOO_MANY_CALLS: 17, UNIMPLEMENTED: 13, INVALID_ARGUMENT: 1, UNAVAILABLE: 14 };

describe('signing in', () => {
  it('answers connected after logic and the directory have agreed', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann', 'phone', 3);
    expect(socket.last('connected')).toMatchObject({
      appId: 'app',
      userId: 'ann',
      sessionId: 'boot1-1',
      logEpoch: 7,
      pingIntervalMs: 25_000,
      silenceLimitMs: 60_000,
    });
    expect(rig.logic.opens).toMatchObject([{ origin: 'o', remoteAddress: 'a', generation: 3 }]);
    const route = { deviceId: 'phone', generation: 3, nodeId: 'n1', bootId: 'boot1', session: 1 };
    expect(rig.directory.registered).toMatchObject([{ ...route, platform: 'web', codec: 'proto' }]);
  });

  it('says nothing before the directory has the session’s line', async () => {
    const rig = new SessionRig();
    let answer: () => void = () => undefined;
    rig.directory.hold = new Promise((resolve) => (answer = resolve));
    const socket = await rig.signedIn();
    expect(rig.logic.opens).toHaveLength(1);
    expect(socket.messages).toEqual([]);
    answer();
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
  });

  it('closes 4005 when nothing came in five seconds, whatever else is sent before', async () => {
    const rig = new SessionRig();
    const socket = rig.open();
    rig.clock.advance(4_000);
    expect(socket.closeCode).toBeNull();
    rig.clock.advance(1_000);
    expect(socket.closeCode).toBe(4005);
    expect(socket.last('disconnect').code).toBe(4005);
    expect(rig.sessions.size).toBe(0);
  });

  it.each([
    ['bad', 4202],
    ['expired', 4100],
    ['banned', 4204],
    ['suspended', 4204],
    ['foreign', 4205],
    ['away', 4003],
  ])('closes a token refused as %s with %i and says why', async (token, code) => {
    const rig = new SessionRig();
    const socket = await rig.signedIn(token);
    expect(socket.closeCode).toBe(code);
    const disconnect = socket.last('disconnect');
    expect(disconnect).toMatchObject({ code, error: { message: 'refused' } });
    expect(disconnect.reconnectAfterMs > 0).toBe(code < 4100);
    expect(rig.directory.registered).toEqual([]);
  });

  it('asks another logic node when the link to the first one is lost, and closes 4003 after that', async () => {
    const rig = new SessionRig();
    rig.logic.lostOpens = 1;
    expect((await rig.signedIn('app/ann')).kinds()).toEqual(['connected']);
    expect(rig.logic.opens).toHaveLength(2);
    rig.logic.lostOpens = 2;
    const socket = await rig.signedIn('app/bob');
    expect([socket.closeCode, rig.logic.opens.length]).toEqual([4003, 4]);
    // One of two sockets: nobody has to be kept apart from many others.
    expect(socket.last('disconnect').reconnectAfterMs).toBe(6);
  });

  it('closes 4003 when a logic node of an older version does not know the call: another may', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('older');
    expect(socket.closeCode).toBe(4003);
    const disconnect = socket.last('disconnect');
    expect(disconnect.error?.code).toBe(ERROR.UNAVAILABLE);
    expect(disconnect.reconnectAfterMs).toBeGreaterThan(0);
  });

  it('closes 4201 for a malformed device, naming the field', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann', 'a:b');
    expect(socket.closeCode).toBe(4201);
    expect(socket.last('disconnect').error).toMatchObject({ field: 'device.id', code: 1 });
    const negative = await rig.signedIn('app/ann', 'd', -1);
    expect(negative.last('disconnect').error?.field).toBe('generation');
  });

  it('admits a bounded number of opens and tells the others when to come back', async () => {
    const rig = new SessionRig({ maxOpens: 2 });
    const sockets = [1, 2, 3].map((n) => {
      const socket = rig.open();
      rig.connect(socket, `slow/app/u${n}`, `d${n}`);
      return socket;
    });
    await rig.settle();
    expect(sockets.map((socket) => socket.closeCode)).toEqual([null, null, 4003]);
    expect(sockets[2]?.last('disconnect').reconnectAfterMs).toBe(5_001);
    rig.logic.release();
    await rig.settle();
    expect(sockets[0]?.kinds()).toEqual(['connected']);
    expect((await rig.signedIn('app/u4')).kinds()).toEqual(['connected']);
  });

  it('leaves nothing behind when the socket goes during the sign-in', async () => {
    const rig = new SessionRig();
    const socket = rig.open();
    rig.connect(socket, 'slow/app/ann');
    await rig.settle();
    rig.closed(socket, 1006);
    rig.logic.release();
    await rig.settle();
    expect(rig.directory.registered).toEqual([]);

    let proceed = (): void => undefined;
    rig.directory.hold = new Promise((resolve) => (proceed = resolve));
    const second = await rig.signedIn('app/ann');
    rig.closed(second, 1006);
    proceed();
    await rig.settle();
    expect(rig.directory.registered).toHaveLength(1);
    expect(rig.directory.unregistered).toEqual([2]);
    expect(rig.sessions.signedIn).toBe(0);
  });
});

describe('the order of items', () => {
  it.each([
    ['a call', callItem(1)],
    ['a ping', { $case: 'ping', value: {} } as const],
    ['a refresh', { $case: 'refresh', value: { token: 't' } } as const],
    ['an ack', { $case: 'ack', value: { conversationId: 'c', seq: 1 } } as const],
  ])('closes 4201 for %s before connect', (_name, item) => {
    const rig = new SessionRig();
    const socket = rig.open();
    rig.send(socket, item);
    expect(socket.closeCode).toBe(4201);
    expect(rig.logic.calls).toEqual([]);
  });

  it('closes 4201 for a call in the same message as connect, before connected', async () => {
    const rig = new SessionRig();
    const socket = rig.open();
    rig.send(socket, connectItem('app/ann'), callItem(1));
    expect(socket.closeCode).toBe(4201);
    await rig.settle();
    expect(rig.sessions.signedIn).toBe(0);
  });

  it('closes 4201 for a second connect, and for items that only servers send', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.connect(socket, 'app/ann');
    expect(socket.closeCode).toBe(4201);
    const other = await rig.signedIn('app/bob');
    rig.send(other, { $case: 'pong', value: { serverMs: 1 } });
    expect(other.closeCode).toBe(4201);
  });

  it('ignores what comes after the close', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, { $case: 'pong', value: { serverMs: 1 } }, callItem(1));
    expect(rig.logic.callersOf('Send')).toEqual([]);
  });
});

describe('calls', () => {
  it('forwards with the caller and the affinity, and answers by the device’s id', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann', 'phone');
    rig.send(socket, callItem(9, 'Send', 'g:x'), callItem(4_000_000_000));
    await rig.settle();
    expect(socket.items.slice(1)).toMatchObject([
      { value: { id: 9, result: { $case: 'body', value: Uint8Array.of(1, 2, 3) } } },
      { value: { id: 4_000_000_000 } },
    ]);
    const [first, second] = rig.logic.calls.slice(1);
    expect(first).toMatchObject({ key: 'app:g:x', codec: 'proto', timeoutMs: 10_000 });
    expect(first?.caller).toEqual({ appId: 'app', userId: 'ann', deviceId: 'phone', session: 1 });
    expect(second?.key).toBe('app:ann');
    expect(second?.requestId).not.toBe(first?.requestId);
  });

  it('names calls as the device does, or else by itself', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    const named = (id: number, requestId: string, method = 'Send') => {
      const { value } = callItem(id, method);
      return { $case: 'call', value: { ...value, requestId } } as const;
    };
    const strange = ['not a sane one!', 'x'.repeat(65), ''];
    rig.send(socket, named(1, 'mine-1'), ...strange.map((each, n) => named(n + 2, each)));
    await rig.settle();
    const [mine, ...made] = rig.logic.calls.slice(1).map(({ requestId }) => requestId);
    expect(mine).toBe('mine-1');
    for (const each of made) expect(each).toMatch(/^boot1-/);
    rig.send(socket, named(9, 'mine-2', 'Lost'));
    await rig.settle();
    expect(socket.last('reply')).toMatchObject({
      id: 9,
      result: { value: { requestId: 'mine-2' } },
    });
  });

  it('passes error replies on and turns lost calls into UNAVAILABLE', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, callItem(1, 'Fail'), callItem(2, 'Lost'));
    await rig.settle();
    const results = socket.items.slice(1).map((item) => item.value);
    expect(results).toMatchObject([
      { id: 1, result: { value: { code: 7, field: 'conversation_id' } } },
      { id: 2, result: { value: { code: ERROR.UNAVAILABLE } } },
    ]);
  });

  it.each([
    ['queqiao.link.v1.SessionService/KickSession', '', ERROR.UNIMPLEMENTED, 'method'],
    ['queqiao.server.v1.UserService/UpsertUsers', '', ERROR.UNIMPLEMENTED, 'method'],
    ['', '', ERROR.UNIMPLEMENTED, 'method'],
    [`queqiao.client.v1.${'M'.repeat(120)}`, '', ERROR.INVALID_ARGUMENT, 'method'],
    ['queqiao.client.v1.M/S', 'é'.repeat(81), ERROR.INVALID_ARGUMENT, 'affinity'],
  ])('refuses %s here', async (method, affinity, code, field) => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    const value = { id: 1, method, affinity, body: new Uint8Array(), requestId: '' };
    rig.send(socket, { $case: 'call', value });
    await rig.settle();
    expect(socket.last('reply').result).toMatchObject({ value: { code, field } });
    expect(rig.logic.calls).toHaveLength(1);
    expect(socket.closeCode).toBeNull();
  });

  it('takes 64 at a time, each id once, and makes room when they are answered', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    const ids = Array.from({ length: 64 }, (_, id) => id);
    rig.send(socket, ...ids.slice(0, 63).map((id) => callItem(id, 'Hang')), callItem(5, 'Hang'));
    await rig.settle();
    expect(socket.last('reply')).toMatchObject({ id: 5, result: { value: { field: 'id' } } });
    rig.send(socket, callItem(63, 'Hang'), callItem(64, 'Hang'));
    await rig.settle();
    expect(rig.logic.waiting).toBe(64);
    expect(socket.last('reply')).toMatchObject({
      id: 64,
      result: { value: { code: ERROR.TOO_MANY_CALLS } },
    });
    expect(await rig.metric('queqiao_connect_calls')).toBe(64);
    rig.logic.release();
    await rig.settle();
    rig.send(socket, callItem(5));
    await rig.settle();
    expect(socket.last('reply')).toMatchObject({ id: 5, result: { $case: 'body' } });
    expect(await rig.metric('queqiao_connect_calls')).toBe(0);
  });

  it('drops replies to a session that has ended', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, callItem(1, 'Hang'));
    await rig.settle();
    rig.closed(socket, 1001);
    rig.logic.release();
    await rig.settle();
    expect(socket.kinds()).toEqual(['connected']);
    expect(await rig.metric('queqiao_connect_calls')).toBe(0);
    expect(await rig.metric('queqiao_connect_outbox_bytes')).toBe(0);
  });
});
