import { DomainError, type AppId, type ErrorCode, type UserId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { appRules } from '../../test/fakes/app-rules.js';
import { BroadcastSteps } from './broadcast-steps.js';
import { BROADCAST_MAX_ATTEMPTS, BROADCAST_MAX_WAVE } from './limits.js';
import type { BroadcastJob, BroadcastStep } from './ports.js';

const id = (n: number) => `u${String(n).padStart(3, '0')}` as UserId;

let users: number;
let chatless: Set<UserId>;
let impossible: Set<UserId>;
let failing: Map<UserId, ErrorCode>;
let appStatus: 'active' | 'suspended' | null;
let waves: number[];
/** When each of them began. */
let begunMs: number[];
/** Entries of others that come with each wave. */
let others: number;
let msgIds: Set<string>;
let made: string[];
let steps: BroadcastStep[];
/** What a wave takes. */
let waveMs: number;
let clock: FakeClock;
let registry: Registry;
let broadcasts: BroadcastSteps;

beforeEach(() => {
  [users, waveMs, appStatus] = [3, 10, 'active'];
  [chatless, impossible, failing] = [new Set(), new Set(), new Map()];
  [waves, msgIds, made, steps] = [[], new Set(), [], []];
  [begunMs, others] = [[], 0];
  [clock, registry] = [new FakeClock(), new Registry()];
  let inFlight = 0;
  const log = {
    taken: 0,
    append: async ({
      conversationId,
      clientMsgId,
    }: {
      conversationId: string;
      clientMsgId: string;
    }) => {
      if (inFlight === 0) {
        begunMs.push(clock.monotonic());
        log.taken += others;
      }
      log.taken += 1;
      inFlight += 1;
      msgIds.add(clientMsgId);
      await clock.sleep(waveMs);
      if (inFlight > 0) waves.push(inFlight);
      inFlight = 0;
      const code = failing.get(conversationId.split(':')[2] as UserId);
      if (code) throw new DomainError(code, 'no');
    },
  };
  const rows = {
    recipients: () => {
      const recipients = Array.from({ length: users }, (_, n) => ({
        userId: id(n),
        hasChat: !chatless.has(id(n)),
      }));
      return Promise.resolve({ recipients, through: 'z' as UserId, isLast: users < 500 });
    },
    advance: (_: unknown, step: BroadcastStep) => {
      steps.push(step);
      return Promise.resolve({ more: !step.isLast });
    },
  };
  const chats = {
    ensure: (keys: readonly { conversationId: string }[]) => {
      made.push(...keys.map(({ conversationId }) => conversationId));
      return Promise.resolve(
        keys.map(({ conversationId }) =>
          impossible.has(conversationId.split(':')[2] as UserId)
            ? new DomainError('NOT_FOUND', 'no')
            : null,
        ),
      );
    },
  };
  const app = () => Promise.resolve(appStatus && { status: appStatus, settings: appRules() });
  broadcasts = new BroadcastSteps({ rows, log, chats, apps: { app }, clock, registry });
});

const job = (more: Partial<BroadcastJob> = {}): BroadcastJob => ({
  appId: 'demo' as AppId,
  broadcastId: 'b1',
  sender: { kind: 'business', id: 'a' },
  accountId: 'a' as UserId,
  kind: 'text',
  content: new Uint8Array(),
  countable: true,
  createdMs: 1,
  doneTo: '',
  attempts: 1,
  ...more,
});

/** How a step ends, however long it takes. */
async function outcome(running: Promise<{ more: boolean }>): Promise<string> {
  const ends: string[] = [];
  void running.then(
    ({ more }) => ends.push(more ? 'more' : 'last'),
    (error: DomainError) => ends.push(error.code),
  );
  for (let turn = 0; turn < 10_000 && ends.length === 0; turn += 1) await clock.advanceAsync(10);
  return ends[0] ?? 'never';
}

it('sends in waves, each message under the same name, and counts them once the step has ended', async () => {
  users = BROADCAST_MAX_WAVE * 2 + 1;
  expect(await outcome(broadcasts.run(job()))).toBe('last');
  expect(waves).toEqual([BROADCAST_MAX_WAVE, BROADCAST_MAX_WAVE, 1]);
  expect(msgIds.size).toBe(1);
  expect(steps).toEqual([{ doneTo: 'z', done: users, failed: 0, isLast: true }]);
  expect(made).toEqual([]);
});

it.each([
  ['as much when nobody else sends', 0, 20],
  ['more among others', BROADCAST_MAX_WAVE, 50],
])('leaves time free behind each wave, %s', async (_, theirs, everyMs) => {
  users = BROADCAST_MAX_WAVE * 3;
  others = theirs;
  const startMs = clock.monotonic();
  expect(await outcome(broadcasts.run(job()))).toBe('last');
  expect(begunMs.map((ms) => ms - startMs)).toEqual([0, everyMs, 2 * everyMs]);
});

it('ends a step that takes long behind a whole wave, and so when it is to stop', async () => {
  users = 500;
  waveMs = 1_500;
  expect(await outcome(broadcasts.run(job()))).toBe('more');
  const doneTo = id(2 * BROADCAST_MAX_WAVE - 1);
  expect(steps).toEqual([{ doneTo, done: 2 * BROADCAST_MAX_WAVE, failed: 0, isLast: false }]);
  broadcasts.stop();
  expect(await outcome(broadcasts.run(job()))).toBe('more');
  expect(steps[1]).toMatchObject({ doneTo: id(BROADCAST_MAX_WAVE - 1), isLast: false });
});

it('makes chats beforehand, and counts those as failed who can have none or are refused', async () => {
  chatless = new Set([id(0), id(1)]);
  impossible = new Set([id(1)]);
  failing.set(id(2), 'NOT_FOUND');
  expect(await outcome(broadcasts.run(job()))).toBe('last');
  expect(made).toEqual(['d:a:u000', 'd:a:u001']);
  expect(steps).toEqual([{ doneTo: 'z', done: 1, failed: 2, isLast: true }]);
  const name = 'queqiao_broadcast_messages_total';
  expect(await metricValue(registry, name, { result: 'sent' })).toBe(1);
  expect(await metricValue(registry, name, { result: 'failed' })).toBe(2);
});

it('is not over with a step that ends among the last users', async () => {
  users = BROADCAST_MAX_WAVE * 3;
  waveMs = 1_500;
  expect(await outcome(broadcasts.run(job()))).toBe('more');
  expect(steps).toMatchObject([{ done: 2 * BROADCAST_MAX_WAVE, isLast: false }]);
});

it('passes over nobody of whom it is not known, and keeps what it has done before', async () => {
  users = BROADCAST_MAX_WAVE + 1;
  failing.set(id(BROADCAST_MAX_WAVE), 'UNAVAILABLE');
  expect(await outcome(broadcasts.run(job()))).toBe('UNAVAILABLE');
  const doneTo = id(BROADCAST_MAX_WAVE - 1);
  expect(steps).toEqual([{ doneTo, done: BROADCAST_MAX_WAVE, failed: 0, isLast: false }]);
  failing.set(id(0), 'RATE_LIMITED');
  expect(await outcome(broadcasts.run(job({ attempts: 99 })))).toBe('RATE_LIMITED');
  expect(steps).toHaveLength(1);
});

it('gives up on a message that the log cannot store after a few claims, and goes on', async () => {
  failing.set(id(1), 'INTERNAL');
  expect(await outcome(broadcasts.run(job({ attempts: BROADCAST_MAX_ATTEMPTS - 1 })))).toBe(
    'INTERNAL',
  );
  expect(await outcome(broadcasts.run(job({ attempts: BROADCAST_MAX_ATTEMPTS })))).toBe('last');
  expect(steps).toEqual([{ doneTo: 'z', done: 2, failed: 1, isLast: true }]);
});

it.each(['suspended', null] as const)('does nothing while the app is %s', async (status) => {
  appStatus = status;
  expect(await outcome(broadcasts.run(job()))).toBe('last');
  expect([waves, steps]).toEqual([[], []]);
});
