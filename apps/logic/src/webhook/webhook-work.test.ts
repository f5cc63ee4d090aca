import { parseConversationId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import {
  WEBHOOK_BACK_SPREAD_MS,
  WEBHOOK_GIVE_UP_MS,
  WEBHOOK_MAX_REQUESTS,
  WEBHOOK_PROBE_MAX_MS,
  WEBHOOK_RETRY_MAX_MS,
} from './limits.js';
import type { AppEvent, Outcome } from './ports.js';
import { retryDelayMs } from './retry-delay.js';
import { WebhookWork, type Task } from './webhook-work.js';

const delivered: Outcome = { kind: 'delivered' };
const refused: Outcome = { kind: 'refused', error: 'status 500', retryAfterMs: null };
const begin = { position: 0, seq: null };
const half = () => 0.5;

function event(name: string, position: number): AppEvent {
  const [conversation = '', seq] = name.split(' ');
  const entry = {
    conversationId: parseConversationId(`d:${conversation}:z`),
    seq: Number(seq),
    ordinal: Number(seq),
    sender: { kind: 'user', id: conversation },
    clientMsgId: '',
    kind: 'text',
    revision: 0,
    state: 'present',
    createdMs: 1,
    content: new Uint8Array(10),
  } as const;
  return { place: { position, seq: null }, entry };
}

function nameOf(task: Task | undefined): string | undefined {
  if (task === undefined) return undefined;
  const { conversationId, seq } =
    task.kind === 'fresh'
      ? task.item
      : { conversationId: task.wait.conversationId, seq: task.wait.nextSeq };
  return `${conversationId.split(':')[1]} ${seq}`;
}

function workOn(...names: string[]): WebhookWork {
  const eventId = ({ conversationId, seq }: { conversationId: string; seq: number }) =>
    `evt ${conversationId} ${seq}`;
  const work = new WebhookWork(begin, [], { eventId, random: half });
  add(work, 1, ...names);
  return work;
}

function add(work: WebhookWork, from: number, ...names: string[]): void {
  const events = names.map((name, index) => event(name, from + index));
  work.add({ events, place: events.at(-1)?.place ?? begin, readMs: from }, 0);
}

/** Everything that may be taken now. */
function all(work: WebhookWork, nowMs = 0): Task[] {
  const tasks: Task[] = [];
  for (let task = work.take(nowMs); task; task = work.take(nowMs)) tasks.push(task);
  return tasks;
}

function take(work: WebhookWork, nowMs = 0): Task {
  const task = work.take(nowMs);
  if (task === undefined) throw new Error('nothing may be taken');
  return task;
}

describe('events of one conversation', () => {
  it('go one after the other, those of others meanwhile', () => {
    const work = workOn('a 1', 'a 2', 'b 1', 'a 3');
    const [first, other] = all(work);
    expect([first, other].map(nameOf)).toEqual(['a 1', 'b 1']);
    if (other) work.settle(other, delivered, 0);
    expect(all(work)).toEqual([]);
    if (first) work.settle(first, delivered, 0);
    expect(all(work).map(nameOf)).toEqual(['a 2']);
  });

  it('wait for one that was refused, and the place moves over them', () => {
    const work = workOn('a 1', 'a 2', 'b 1');
    const [first, other] = all(work);
    if (first) work.settle(first, refused, 0);
    if (other) work.settle(other, delivered, 0);
    add(work, 4, 'a 3', 'b 2');
    expect(all(work).map(nameOf)).toEqual(['b 2']);
    const { place, waits } = work.takeProgress();
    expect(place).toEqual({ position: 4, seq: null });
    expect(waits).toMatchObject([{ firstSeq: 1, nextSeq: 1, lastSeq: 3, attempts: 1 }]);
    expect(work.dueMs()).toBe(retryDelayMs(0, null, half));
  });

  it('go on in order when it is delivered at last', () => {
    const work = workOn('a 1', 'a 2', 'a 3');
    work.settle(take(work), refused, 0);
    for (const name of ['a 1', 'a 2', 'a 3']) {
      const task = take(work, 1_000);
      expect(nameOf(task)).toBe(name);
      expect(all(work, 1_000)).toEqual([]);
      work.settle(task, delivered, 1_000);
    }
    expect(work.takeProgress()).toMatchObject({ waits: [], over: [{ firstSeq: 1 }] });
    add(work, 4, 'a 4');
    expect(take(work)).toMatchObject({ kind: 'fresh' });
  });

  it('go on without one that was refused for a day, which is a dead letter', () => {
    const work = workOn('a 1', 'a 2');
    work.settle(take(work), refused, 5);
    work.settle(take(work, WEBHOOK_GIVE_UP_MS), refused, WEBHOOK_GIVE_UP_MS + 4);
    expect(work.takeProgress().deadLetters).toEqual([]);
    const last = take(work, 2 * WEBHOOK_GIVE_UP_MS);
    work.settle(last, refused, WEBHOOK_GIVE_UP_MS + 5);
    const { deadLetters, waits, over } = work.takeProgress();
    expect(deadLetters).toMatchObject([{ eventId: 'evt d:a:z 1', seq: 1, attempts: 3 }]);
    expect(waits).toMatchObject([{ firstSeq: 2, nextSeq: 2, lastSeq: 2, attempts: 0 }]);
    expect(over).toMatchObject([{ firstSeq: 1 }]);
    expect(nameOf(take(work, WEBHOOK_GIVE_UP_MS + 5))).toBe('a 2');
  });
});

describe('dead letters that are sent again', () => {
  const letter = { conversationId: parseConversationId('d:a:z'), attempts: 0, firstAttemptMs: 0 };
  const record = (seq: number) => ({
    ...letter,
    firstSeq: seq,
    nextSeq: seq,
    lastSeq: seq,
    dueMs: 0,
    lastError: '',
    eventId: `given ${seq}`,
  });

  it('keep their ids, though they are given up on again, and what follows them has its own', () => {
    const work = workOn();
    work.waits.load([record(2)]);
    add(work, 3, 'a 3');
    const first = take(work);
    expect(work.givenId(first)).toBe('given 2');
    work.settle(first, refused, 5);
    work.settle(take(work, WEBHOOK_GIVE_UP_MS + 5), refused, WEBHOOK_GIVE_UP_MS + 5);
    expect(work.takeProgress().deadLetters).toMatchObject([{ eventId: 'given 2', seq: 2 }]);
    const next = take(work, WEBHOOK_GIVE_UP_MS + 5);
    expect([nameOf(next), work.givenId(next)]).toEqual(['a 3', null]);
  });

  it('go before what their conversation has next, but not beside what is under way', () => {
    const work = workOn('a 5', 'a 6');
    const fresh = take(work);
    work.waits.load([record(2), record(3)]);
    add(work, 3, 'a 7');
    expect(all(work)).toEqual([]);
    work.settle(fresh, delivered, 0);
    const order: (string | undefined)[] = [];
    for (let task = work.take(0); task; task = work.take(0)) {
      order.push(nameOf(task));
      work.settle(task, delivered, 0);
    }
    expect(order).toEqual(['a 6', 'a 2', 'a 3', 'a 7']);
  });

  it('lose nothing of what is refused meanwhile', () => {
    const work = workOn('a 5', 'a 6');
    const fresh = take(work);
    work.waits.load([record(2)]);
    add(work, 3, 'a 7');
    work.settle(fresh, refused, 0);
    const order: (string | undefined)[] = [];
    for (let task = work.take(9_000); task; task = work.take(9_000)) {
      order.push(nameOf(task));
      work.settle(task, delivered, 9_000);
    }
    expect(order).toEqual(['a 2', 'a 5', 'a 6', 'a 7']);
  });
});

describe('a receiver that is away', () => {
  const names = Array.from({ length: 40 }, (_, n) => `u${n} 1`);

  it('is asked by one request at a time, ever more seldom, and what was not tried waits untried', () => {
    const work = workOn(...names);
    const tasks = all(work);
    expect(tasks).toHaveLength(WEBHOOK_MAX_REQUESTS);
    for (const task of tasks) work.settle(task, refused, 0);
    expect(all(work, 0)).toEqual([]);
    let nowMs = work.dueMs() ?? 0;
    const pauses: number[] = [];
    for (let probe = 0; probe < 12; probe += 1) {
      const [task, ...more] = all(work, nowMs);
      expect(more).toEqual([]);
      if (task) work.settle(task, refused, nowMs);
      const next = work.dueMs() ?? 0;
      pauses.push(next - nowMs);
      nowMs = next;
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBe(WEBHOOK_PROBE_MAX_MS * 0.75);
    expect(work.waits.size).toBeLessThan(30);
  });

  it('is not asked before it has said to', () => {
    const work = workOn(...names);
    const busy = { ...refused, retryAfterMs: 2 * WEBHOOK_PROBE_MAX_MS };
    for (const task of all(work)) work.settle(task, busy, 0);
    expect(work.dueMs()).toBe(busy.retryAfterMs);
    expect(all(work, busy.retryAfterMs - 1)).toEqual([]);
    const probe = take(work, busy.retryAfterMs);
    // No longer than any pause.
    work.settle(probe, { ...refused, retryAfterMs: 3_600_000 }, busy.retryAfterMs);
    expect(work.dueMs()).toBe(busy.retryAfterMs + WEBHOOK_RETRY_MAX_MS);
  });

  it('gets everything once it is back', () => {
    const work = workOn(...names);
    const later = { ...refused, retryAfterMs: 300_000 };
    for (const task of all(work)) work.settle(task, later, 0);
    const probeMs = work.dueMs() ?? 0;
    work.settle(take(work, probeMs), delivered, probeMs);
    const soon = probeMs + 1_000;
    let sent = 1;
    for (let task = work.take(soon); task; task = work.take(soon)) {
      work.settle(task, delivered, soon);
      sent += 1;
    }
    expect(sent).toBe(names.length);
    expect(work.takeProgress().place).toEqual({ position: names.length, seq: null });
  });

  it('is not taken for away while it takes some', () => {
    const work = workOn(...names);
    const tasks = all(work);
    tasks.forEach((task, index) => work.settle(task, index % 3 === 0 ? delivered : refused, 0));
    expect(all(work).length).toBeGreaterThan(1);
  });
});

it('what could not be written is written with the next', () => {
  const work = workOn('a 1', 'b 1');
  for (const task of all(work)) work.settle(task, refused, 7);
  const lost = work.takeProgress();
  expect(work.isChanged).toBe(false);
  const again = take(work, 9_000);
  work.settle(again, delivered, 9_000);
  work.giveBack(lost);
  expect(work.isChanged).toBe(true);
  const { waits, over, lastSuccessMs } = work.takeProgress();
  expect(waits).toHaveLength(1);
  expect(over).toHaveLength(1);
  expect(lastSuccessMs).toBe(9_000);
});

it('what could not be written is not lost beside what came since', () => {
  const work = workOn('a 1', 'b 1', 'c 1');
  const [a, b, c] = all(work);
  if (a) work.settle(a, delivered, 1);
  if (b) work.settle(b, { kind: 'gone' }, 2, 7);
  const lost = work.takeProgress();
  if (c) work.settle(c, refused, 3);
  work.giveBack(lost);
  const disabled = { reason: 'gone', revision: 7 };
  const facts = { lastSuccessMs: 1, lastFailureMs: 3, lastError: 'status 500', disabled };
  expect(work.takeProgress()).toMatchObject(facts);
});

it('another receiver is asked at once for what the one before has refused', () => {
  const work = workOn(...Array.from({ length: 8 }, (_, n) => `u${n} 1`));
  for (const task of all(work)) work.settle(task, { ...refused, retryAfterMs: 300_000 }, 0);
  expect(all(work, 0)).toEqual([]);
  work.moved(0);
  expect(all(work, WEBHOOK_BACK_SPREAD_MS)).toHaveLength(8);
});

it('another receiver has a day for what the one before has refused for one', () => {
  const work = workOn('a 1');
  work.settle(take(work), refused, 0);
  work.moved(WEBHOOK_GIVE_UP_MS);
  expect(work.takeProgress().waits).toMatchObject([{ attempts: 0 }]);
  const again = WEBHOOK_GIVE_UP_MS + WEBHOOK_BACK_SPREAD_MS;
  work.settle(take(work, again), refused, again);
  work.settle(take(work, 2 * again), refused, again + WEBHOOK_GIVE_UP_MS - 1);
  expect(work.takeProgress().deadLetters).toEqual([]);
  work.settle(take(work, 3 * again), refused, again + WEBHOOK_GIVE_UP_MS);
  expect(work.takeProgress().deadLetters).toMatchObject([{ seq: 1, attempts: 3 }]);
});

it('a webhook that is gone keeps what it did not take', () => {
  const work = workOn('a 1');
  work.settle(take(work), { kind: 'gone' }, 3, 7);
  const progress = work.takeProgress();
  expect(progress).toMatchObject({
    place: begin,
    disabled: { reason: 'gone', revision: 7 },
    waits: [],
  });
  expect(nameOf(take(work))).toBe('a 1');
});

it('pauses grow from half a second to five minutes, and heed what the receiver says', () => {
  const pauses = Array.from({ length: 12 }, (_, n) => retryDelayMs(n, null, half));
  expect(pauses.slice(0, 3)).toEqual([375, 750, 1_500]);
  expect(pauses.at(-1)).toBe(225_000);
  expect(retryDelayMs(0, 30_000, half)).toBe(30_000);
  expect(retryDelayMs(0, 3_600_000, half)).toBe(300_000);
});
