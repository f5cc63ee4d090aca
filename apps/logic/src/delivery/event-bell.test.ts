import { parseAppId } from '@queqiao/domain';
import { FakeClock } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { EventBell } from './event-bell.js';

const [a, b] = [parseAppId('a'), parseAppId('b')];
const never = new AbortController().signal;
let clock: FakeClock;
let bell: EventBell;
let woken: string[];

beforeEach(() => {
  clock = new FakeClock();
  [bell, woken] = [new EventBell(clock), []];
});

function wait(name: string, ear: ReturnType<EventBell['listen']>, signal = never): void {
  void ear.wait(250, signal).then(() => woken.push(name));
}

it('wakes those who wait for the app, and nobody else', async () => {
  wait('one', bell.listen(a));
  wait('two', bell.listen(a));
  wait('other', bell.listen(b));
  bell.ring(a);
  await clock.advanceAsync(0);
  expect(woken).toEqual(['one', 'two']);
  await clock.advanceAsync(250);
  expect(woken).toEqual(['one', 'two', 'other']);
});

it('is not missed by who was busy when it rang, and heard once', async () => {
  const ear = bell.listen(a);
  bell.ring(a);
  bell.ring(a);
  wait('first', ear);
  await clock.advanceAsync(0);
  expect(woken).toEqual(['first']);
  wait('second', ear);
  await clock.advanceAsync(249);
  expect(woken).toEqual(['first']);
  await clock.advanceAsync(1);
  expect(woken).toEqual(['first', 'second']);
});

it('lets go at the signal, also one of before, and of those who are gone', async () => {
  const ear = bell.listen(a);
  const end = new AbortController();
  wait('ended', ear, end.signal);
  end.abort();
  wait('late', ear, end.signal);
  await clock.advanceAsync(0);
  expect(woken.sort()).toEqual(['ended', 'late']);
  ear.close();
  bell.ring(a);
  wait('closed', ear);
  await clock.advanceAsync(0);
  expect(woken.sort()).toEqual(['ended', 'late']);
});
