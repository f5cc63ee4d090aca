import { setImmediate as settled } from 'node:timers/promises';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { STREAM_RECHECK_MS, whileAdmitted } from './admitted-stream.js';

/** A stream whose answers are given by hand, and whose caller may be shut out. */
function rig() {
  const clock = new FakeClock();
  const waiting: ((answer: string) => void)[] = [];
  const state = { admitted: true, asked: 0, aborted: false, leaving: new AbortController() };
  async function* answers(signal: AbortSignal): AsyncGenerator<string, void> {
    signal.addEventListener('abort', () => (state.aborted = true));
    while (!signal.aborted) yield await new Promise<string>((resolve) => waiting.push(resolve));
  }
  const recheck = () => {
    state.asked += 1;
    return state.admitted ? Promise.resolve() : Promise.reject(new Error('shut out'));
  };
  const signal = state.leaving.signal;
  const stream = whileAdmitted(answers, { clock, recheck, signal });
  const say = async (answer: string) => {
    await settled();
    waiting.shift()?.(answer);
  };
  return { clock, state, stream, say };
}

it('a quiet stream ends when its caller is shut out, without an answer', async () => {
  const { clock, state, stream } = rig();
  const end = stream.next().catch((error: unknown) => error);
  await clock.advanceAsync(3 * STREAM_RECHECK_MS);
  expect(state).toMatchObject({ asked: 3, aborted: false });
  state.admitted = false;
  await clock.advanceAsync(STREAM_RECHECK_MS);
  expect(await end).toMatchObject({ message: 'shut out' });
  expect(state.aborted).toBe(true);
  expect(clock.pending).toBe(0);
});

it('a busy one passes no answer on while the question is due', async () => {
  const { clock, state, stream, say } = rig();
  const first = stream.next();
  await say('one');
  expect(await first).toEqual({ value: 'one', done: false });
  expect(state.asked).toBe(0);
  // The reader was slow.
  clock.advance(STREAM_RECHECK_MS);
  state.admitted = false;
  const second = stream.next();
  await say('two');
  await expect(second).rejects.toThrow('shut out');
  expect(await stream.next()).toEqual({ value: undefined, done: true });
});

it('one that is asked for all the time is asked about no more often, and ends with its answers', async () => {
  const { clock, state, stream, say } = rig();
  for (let ms = 0; ms < 2 * STREAM_RECHECK_MS; ms += 100) {
    const next = stream.next();
    await say(`at ${ms}`);
    expect((await next).value).toBe(`at ${ms}`);
    await clock.advanceAsync(100);
  }
  expect(state.asked).toBe(1);
  const last = stream.next();
  state.leaving.abort();
  await say('last');
  expect((await last).value).toBe('last');
  expect((await stream.next()).done).toBe(true);
  expect(clock.pending).toBe(0);
});
