import { describe, expect, it } from 'vitest';
import { callItem, SessionRig, type FakeSocket } from '../../test/session-rig.js';
import { MAX_IGNORED_HINTS } from './held-calls.js';

const RATE_LIMITED = 11;

/** Code and hint of the last reply. */
function lastError(socket: FakeSocket) {
  const { result } = socket.last('reply');
  return result?.$case === 'error' ? [result.value.code, result.value.retryAfterMs] : [];
}

describe('a device that calls too fast', () => {
  it('is told when to come back, and the node asks logic no more until then', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, callItem(1, 'Busy'));
    await rig.settle();
    expect(lastError(socket)).toEqual([RATE_LIMITED, 300]);
    rig.clock.advance(100);
    rig.send(socket, callItem(2, 'Busy'));
    await rig.settle();
    expect(lastError(socket)).toEqual([RATE_LIMITED, 200]);
    expect(rig.logic.callersOf('Busy')).toHaveLength(1);
    rig.clock.advance(200);
    rig.send(socket, callItem(3, 'Busy'));
    await rig.settle();
    expect(rig.logic.callersOf('Busy')).toHaveLength(2);
  });

  it('may call other methods meanwhile, and its other sockets have to be told themselves', async () => {
    const rig = new SessionRig();
    const [socket, other] = [await rig.signedIn(), await rig.signedIn('app/ann', 'd2')];
    rig.send(socket, callItem(1, 'Busy'));
    await rig.settle();
    rig.send(socket, callItem(2, 'Send'));
    rig.send(other, callItem(1, 'Busy'));
    await rig.settle();
    expect(socket.last('reply').result?.$case).toBe('body');
    expect(rig.logic.callersOf('Busy')).toHaveLength(2);
  });

  it('is closed 4003 with a hint when it goes on all the same', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, callItem(1, 'Busy'));
    await rig.settle();
    for (let id = 2; id < MAX_IGNORED_HINTS + 2; id += 1) rig.send(socket, callItem(id, 'Busy'));
    expect(socket.closeCode).toBeNull();
    rig.send(socket, callItem(9_999, 'Busy'));
    expect(socket.closeCode).toBe(4003);
    const { reconnectAfterMs, error } = socket.last('disconnect');
    expect(reconnectAfterMs).toBeGreaterThanOrEqual(300);
    expect(error).toMatchObject({ code: RATE_LIMITED, retryAfterMs: 300 });
  });
});

describe('an address that signs in too often', () => {
  it('is closed 4003 with a hint before logic is asked', async () => {
    const rig = new SessionRig();
    rig.addressWaitMs = 7_000;
    const socket = await rig.signedIn();
    expect(socket.closeCode).toBe(4003);
    expect(socket.last('disconnect')).toMatchObject({
      reconnectAfterMs: 7_000,
      error: { code: RATE_LIMITED, retryAfterMs: 7_000 },
    });
    expect(rig.logic.opens).toEqual([]);
  });

  it.each([
    ['bad', ['a']],
    ['expired', []],
    ['away', []],
    ['app/ann', []],
  ])('pays for a token that is %s: %j', async (token, addresses) => {
    const rig = new SessionRig();
    await rig.signedIn(token);
    expect(rig.refusedAddresses).toEqual(addresses);
  });
});
