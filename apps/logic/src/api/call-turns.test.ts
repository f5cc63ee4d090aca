import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { BRISK_MS, CallTurns } from './call-turns.js';

const ALL = 24;
const PER_APP = 16;

function rig(inCompany?: number) {
  const clock = new FakeClock();
  const others = new Set<string>();
  const hasCompany = (appId: string): boolean => [...others].some((other) => other !== appId);
  const limits = { kind: 'read', all: ALL, perApp: PER_APP } as const;
  const turns = new CallTurns(
    { ...limits, ...(inCompany === undefined ? {} : { inCompany }) },
    { clock, hasCompany, metrics: new Registry() },
  );
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const read = (name: string, signal = { aborted: false }) => {
    const [appId = ''] = name.split(' ');
    return turns.run(appId, signal, () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    ends.shift()?.();
    await settle();
  };
  return { read, begun, endOne, settle, clock, others };
}

const many = (count: number, read: (name: string) => Promise<unknown>, app = 'a') =>
  Array.from({ length: count }, (_, n) => void read(`${app} ${n}`));

it('one app leaves room for another, which begins at once', async () => {
  const { read, begun, settle } = rig();
  many(200, read);
  await settle();
  expect(begun).toHaveLength(PER_APP);
  void read('b 0');
  await settle();
  expect(begun.at(-1)).toBe('b 0');
});

it('apps take turns when all places are taken', async () => {
  const { read, begun, endOne, settle } = rig();
  many(200, read);
  many(200, read, 'b');
  await settle();
  expect(begun).toHaveLength(ALL);
  void read('c 0');
  for (let n = 0; n < 3; n += 1) await endOne();
  expect(begun).toContain('c 0');
});

it('lets all of one app through in their order, and the places are free again afterwards', async () => {
  const { read, begun, endOne, settle } = rig();
  many(50, read);
  await settle();
  for (let n = 0; n < 50; n += 1) await endOne();
  expect(begun).toEqual(Array.from({ length: 50 }, (_, n) => `a ${n}`));
  many(PER_APP, read, 'b');
  await settle();
  expect(begun).toHaveLength(50 + PER_APP);
});

it('one that nobody waits for any more does not begin, and stops nobody', async () => {
  const { read, begun, endOne, settle } = rig();
  many(PER_APP, read);
  const given = { aborted: false };
  const late = read('a late', given).catch((error: unknown) => error);
  const next = read('a next');
  given.aborted = true;
  await settle();
  await endOne();
  await endOne();
  expect(await late).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(begun.at(-1)).toBe('a next');
  void next;
});

it('of an app in company run one after another, as long as none takes long', async () => {
  const { read, begun, endOne, settle, clock, others } = rig(1);
  others.add('b');
  many(50, read);
  await settle();
  expect(begun).toEqual(['a 0']);
  void read('b 0');
  await settle();
  expect(begun).toEqual(['a 0', 'b 0']);
  await endOne();
  expect(begun).toEqual(['a 0', 'b 0', 'a 1']);
  clock.advance(BRISK_MS);
  await settle();
  expect(begun.slice(3)).toEqual(['a 2']);
  for (let n = 0; n < ALL; n += 1) {
    clock.advance(BRISK_MS);
    await settle();
  }
  expect(begun.filter((name) => name.startsWith('a'))).toHaveLength(1 + PER_APP);
});

it('of an app that is alone are as many at once as it may have', async () => {
  const { read, begun, endOne, settle, others } = rig(1);
  many(50, read);
  await settle();
  expect(begun).toHaveLength(PER_APP);
  others.add('b');
  for (let n = 0; n < PER_APP; n += 1) await endOne();
  expect(begun).toHaveLength(PER_APP + 1);
  others.clear();
  await endOne();
  expect(begun.length).toBeGreaterThan(PER_APP + 1);
});
