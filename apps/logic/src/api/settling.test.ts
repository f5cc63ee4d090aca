import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { STANDING_MAX_AGE_MS } from '../usecase/session/standing.js';
import { METHOD_SCOPES } from './door/method-scopes.js';
import { SETTLE_MS, SETTLED_METHODS, Settling } from './settling.js';

const REVOKE = 'queqiao.server.v1.TokenService/RevokeToken';

function rig() {
  const clock = new FakeClock();
  const metrics = new Registry();
  const settling = new Settling({ clock, metrics });
  const waiting = async () => {
    const metric = await metrics.getSingleMetric('queqiao_api_settling_calls')?.get();
    return metric?.values[0]?.value;
  };
  return { clock, settling, waiting };
}

it('is about methods that there are', () => {
  for (const path of SETTLED_METHODS) expect(METHOD_SCOPES.has(path), path).toBe(true);
});

it('answers the end of a token when whatever was read before is too old for every node', async () => {
  const { clock, settling, waiting } = rig();
  let answered = false;
  const answer = settling.settle(REVOKE, { aborted: false }).then(() => (answered = true));
  await clock.advanceAsync(STANDING_MAX_AGE_MS);
  expect([answered, await waiting()]).toEqual([false, 1]);
  await clock.advanceAsync(SETTLE_MS - STANDING_MAX_AGE_MS);
  await answer;
  expect([answered, await waiting()]).toEqual([true, 0]);
});

it('holds no other answer back, and none that nobody waits for', async () => {
  const { clock, settling } = rig();
  await settling.settle('queqiao.client.v1.MessageService/Send', { aborted: false });
  const signal = { aborted: false };
  const answer = settling.settle(REVOKE, signal).catch((error: unknown) => error);
  signal.aborted = true;
  await clock.advanceAsync(SETTLE_MS);
  expect(await answer).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});
