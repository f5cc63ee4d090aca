import type { PresenceChangedRequest } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionRig } from '../../test/session-rig.js';
import type { LogicCaller } from './logic-caller.js';
import {
  MAX_PENDING_PRESENCE,
  MAX_PRESENCE_CALLS,
  PRESENCE_DELAY_MS,
  PRESENCE_PER_CALL,
  PresenceChanges,
} from './presence-changes.js';
import { presenceMetrics } from './presence-metrics.js';

const of = (userId: string, appId = 'demo') => ({ appId, userId });

describe('who came or went', () => {
  let clock: FakeClock;
  let registry: Registry;
  let changes: PresenceChanges;
  let sent: PresenceChangedRequest[];
  let answer: Awaited<ReturnType<LogicCaller['presenceChanged']>>;
  let hold: Promise<void> | null;

  beforeEach(() => {
    clock = new FakeClock();
    registry = new Registry();
    sent = [];
    answer = { value: null };
    hold = null;
    const presenceChanged = async (_key: string, request: PresenceChangedRequest) => {
      sent.push(request);
      await hold;
      return answer;
    };
    const metrics = presenceMetrics(registry);
    changes = new PresenceChanges({ clock, logic: { presenceChanged }, metrics });
    changes.start();
  });

  const metric = (name: string) => metricValue(registry, `queqiao_connect_${name}`, {});
  const wait = (ms: number) => clock.advanceAsync(ms);

  it('is told a second after the first change, once however often it flaps until then', async () => {
    changes.add(of('ann'));
    await wait(600);
    changes.add(of('bob'));
    changes.add(of('ann'));
    await wait(PRESENCE_DELAY_MS - 800);
    changes.add(of('ann'));
    expect(sent).toEqual([]);
    await wait(200);
    expect(sent).toEqual([{ appId: 'demo', userIds: ['ann'] }]);
    await wait(600);
    expect(sent.slice(1)).toEqual([{ appId: 'demo', userIds: ['bob'] }]);
    await wait(5_000);
    expect(sent).toHaveLength(2);
    changes.add(of('ann'));
    await wait(PRESENCE_DELAY_MS);
    expect(sent).toHaveLength(3);
  });

  it('is told app by app', async () => {
    changes.add(of('ann'));
    changes.add(of('ann', 'other'));
    changes.add(of('bob'));
    await wait(PRESENCE_DELAY_MS);
    expect(sent).toEqual([
      { appId: 'demo', userIds: ['ann', 'bob'] },
      { appId: 'other', userIds: ['ann'] },
    ]);
  });

  it('goes in bounded calls, a few at a time', async () => {
    let release = (): void => {};
    hold = new Promise((resolve) => (release = resolve));
    const users = PRESENCE_PER_CALL * MAX_PRESENCE_CALLS + 1;
    for (let n = 0; n < users; n += 1) changes.add(of(`u${n}`));
    await wait(5_000);
    const sizes = Array<number>(MAX_PRESENCE_CALLS).fill(PRESENCE_PER_CALL);
    expect(sent.map(({ userIds }) => userIds.length)).toEqual(sizes);
    release();
    await wait(200);
    expect(new Set(sent.flatMap(({ userIds }) => userIds)).size).toBe(users);
    expect(await metric('pending_presence')).toBe(0);
  });

  it('that waits longest is dropped when there are too many', async () => {
    for (let n = 0; n <= MAX_PENDING_PRESENCE; n += 1) changes.add(of(`u${n}`));
    expect(await metric('dropped_presence_total')).toBe(1);
    expect(await metric('pending_presence')).toBe(MAX_PENDING_PRESENCE);
    await wait(PRESENCE_DELAY_MS);
    expect(sent[0]?.userIds[0]).toBe('u1');
  });

  it('is not told again after a failure', async () => {
    answer = { error: {}, cause: new Error('x') } as unknown as typeof answer;
    changes.add(of('ann'));
    await wait(5_000);
    expect(sent).toHaveLength(1);
    expect(await metric('failed_presence_calls_total')).toBe(1);
  });

  it('leaves with the node, and what comes after that is given up', async () => {
    changes.add(of('ann'));
    changes.add(of('ann', 'other'));
    await changes.flush();
    expect(sent.map(({ appId }) => appId)).toEqual(['demo', 'other']);
    changes.add(of('bob'));
    changes.stop();
    await wait(5_000);
    expect(sent).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});

describe('sessions', () => {
  it('are told of when they open and when they end, once for what happens within a second', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    expect(rig.logic.presence).toEqual([]);
    await rig.clock.advanceAsync(PRESENCE_DELAY_MS);
    expect(rig.logic.presence).toEqual([['ann']]);
    rig.closed(socket, 1000);
    await rig.signedIn('app/ann', 'd1', 2);
    const other = await rig.signedIn('app/bob');
    await rig.clock.advanceAsync(PRESENCE_DELAY_MS);
    expect(rig.logic.presence).toEqual([['ann'], ['ann', 'bob']]);
    rig.closed(other, 1000);
    await rig.clock.advanceAsync(PRESENCE_DELAY_MS);
    expect(rig.logic.presence.slice(2)).toEqual([['bob']]);
    expect(rig.directory.unregistered).toEqual([1, 3]);
  });

  it('are told of late when the directory was away, and not while it is', async () => {
    const rig = new SessionRig();
    rig.directory.away = true;
    await rig.signedIn();
    await rig.clock.advanceAsync(5_000);
    expect(rig.logic.presence).toEqual([]);
    rig.directory.away = false;
    await rig.clock.advanceAsync(5_000);
    expect(rig.logic.presence).toEqual([['ann']]);
  });

  it('that a node closes before it goes away are told of at once', async () => {
    const rig = new SessionRig();
    await rig.signedIn();
    await rig.clock.advanceAsync(PRESENCE_DELAY_MS);
    await Promise.all([rig.sessions.drain(0), rig.clock.advanceAsync(500)]);
    await rig.sessions.departed();
    expect(rig.logic.presence).toEqual([['ann'], ['ann']]);
  });
});
