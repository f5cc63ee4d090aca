import { GroupServiceDefinition as Groups, UserServiceDefinition } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { RepeatedCalls } from '../../src/actions/repeated-call.js';
import { Backoff } from '../../src/backoff.js';
import type { Caller } from '../../src/connection/typed-call.js';
import { DEFAULT_LIMITS, QueqiaoError, type Limits } from '../../src/index.js';
import { FakeClock } from '../fakes/fake-clock.js';

const lost = new QueqiaoError('UNAVAILABLE', 'lost');
const notSent = new QueqiaoError('DEADLINE_EXCEEDED', 'not sent', { effect: 'none' });

/** Calls that fail with these errors one after the other and succeed then. */
function failing(errors: readonly QueqiaoError[], limits: Partial<Limits> = {}) {
  const clock = new FakeClock();
  const ids: string[] = [];
  const call: Caller = (_service, _method, request) => {
    ids.push((request as unknown as { clientRequestId: string }).clientRequestId);
    const error = errors[ids.length - 1];
    return error === undefined
      ? Promise.resolve({ conversationId: 'g:x' } as never)
      : reject(error);
  };
  const newBackoff = () => new Backoff({ baseMs: 1_000, maxMs: 1_000 }, () => 0.5);
  const all = { ...DEFAULT_LIMITS, ...limits };
  return { clock, ids, calls: new RepeatedCalls({ call, clock, limits: all, newBackoff }) };
}

function reject(error: QueqiaoError): Promise<never> {
  return Promise.reject(error);
}

function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

describe('a call that changes something', () => {
  it('is repeated under one id until it is answered', async () => {
    const { calls, clock, ids } = failing([lost, notSent]);
    const answer = calls.call(Groups, 'createGroup', { name: 'Lunch' });
    await clock.advance(999);
    expect(ids).toHaveLength(2);
    await clock.advance(1);
    expect(await answer).toEqual({ conversationId: 'g:x' });
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    void calls.call(Groups, 'createGroup', { name: 'Lunch' });
    expect(ids[3]).not.toBe(ids[0]);
  });

  it('waits as long as the server asks for', async () => {
    const busy = new QueqiaoError('RATE_LIMITED', 'busy', { retryAfterMs: 7_000 });
    const { calls, clock, ids } = failing([busy]);
    const answer = calls.call(Groups, 'createGroup', {});
    await clock.advance(6_999);
    expect(ids).toHaveLength(1);
    await clock.advance(1);
    await answer;
  });

  it('is not repeated after a definitive answer', async () => {
    const { calls, ids } = failing([new QueqiaoError('NOT_FOUND', 'no such user')]);
    expect(await outcome(calls.call(Groups, 'createGroup', {}))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(ids).toHaveLength(1);
  });

  it('is of unknown effect in the end when one of its attempts was', async () => {
    const { calls, clock, ids } = failing([lost, notSent, notSent], { maxCallAttempts: 3 });
    const caught = outcome(calls.call(Groups, 'createGroup', {}));
    await clock.advance(10_000);
    expect(await caught).toMatchObject({ code: 'DEADLINE_EXCEEDED', effect: 'unknown' });
    expect(ids).toHaveLength(3);
    const unsent = failing([notSent, notSent], { maxCallAttempts: 2 });
    const known = outcome(unsent.calls.call(Groups, 'createGroup', {}));
    await unsent.clock.advance(10_000);
    expect(await known).toMatchObject({ effect: 'none' });
  });

  it('is given up at once when the client ends, and leaves no timer', async () => {
    const { calls, clock, ids } = failing([lost]);
    const caught = outcome(calls.call(Groups, 'createGroup', {}));
    await clock.advance(0);
    expect(calls.size).toBe(1);
    calls.abandon();
    expect(await caught).toMatchObject({ code: 'UNAVAILABLE', effect: 'unknown' });
    expect([calls.size, clock.pending, ids.length]).toEqual([0, 0, 1]);
    expect(await calls.call(Groups, 'createGroup', {})).toBeDefined();
  });

  it('is refused when too many wait', async () => {
    const { calls, clock } = failing([lost], { maxRepeatedCalls: 1 });
    const first = calls.call(Groups, 'createGroup', {});
    expect(await outcome(calls.call(Groups, 'createGroup', {}))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxRepeatedCalls',
      effect: 'none',
    });
    await clock.advance(1_000);
    await first;
    await calls.call(Groups, 'createGroup', {});
  });

  it('has a request with an id, by its type', () => {
    const { calls, ids } = failing([]);
    // @ts-expect-error there is no id to repeat it under
    void calls.call(UserServiceDefinition, 'getUsers', { userIds: [] });
    // @ts-expect-error the id is made here
    void calls.call(Groups, 'createGroup', { clientRequestId: 'mine' });
    expect(ids).not.toContain('mine');
  });
});
