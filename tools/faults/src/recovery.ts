import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd } from '@queqiao/e2e';
import { newestSeen, readMembers, readTails } from '@queqiao/testkit';
import { closesOf } from './during.js';
import type { SendTimes, Span } from './send-times.js';

/** Beyond this, something is taken for never. */
const GIVE_UP_MS = 90_000;
const LOOK_EVERY_MS = 20;
const SAMPLE_EVERY_MS = 1_000;

export interface CaughtUp {
  /** Until the last device had everything; undefined: never. */
  readonly tookMs: number | undefined;
  /** Who came last, and what feeds it. */
  readonly last: string;
  /** Of each device that had no connection or lost it meanwhile. */
  readonly returnedMs: readonly number[];
}

export interface Recovery {
  /** Until a message was acknowledged; undefined: never. */
  readonly ackMs: number | undefined;
  readonly devices: CaughtUp;
}

/** From a moment on: until a message that was begun after it is acknowledged, and until everybody has what is stored now. */
export async function recovered(
  crowd: Crowd,
  times: SendTimes,
  databaseUrl: string,
): Promise<Recovery> {
  const sinceMs = Date.now();
  const [ackMs, devices] = await Promise.all([
    known(() => times.first(sinceMs)),
    caughtUp(crowd, databaseUrl),
  ]);
  return { ackMs, devices };
}

/**
 * While something is broken: how long the slowest message took that was under way in the span, and how long it took, at the
 * worst of its seconds, until everybody had what was stored then. The span begins now.
 */
export async function served(
  crowd: Crowd,
  times: SendTimes,
  databaseUrl: string,
  span: Span,
): Promise<Recovery> {
  const samples: Promise<CaughtUp>[] = [];
  while (Date.now() < span.toMs) {
    samples.push(caughtUp(crowd, databaseUrl));
    await sleep(SAMPLE_EVERY_MS);
  }
  const [ackMs, ...devices] = await Promise.all([known(() => times.slowest(span)), ...samples]);
  return { ackMs, devices: devices.reduce(slower) };
}

function slower(a: CaughtUp, b: CaughtUp): CaughtUp {
  const late = (b.tookMs ?? Infinity) > (a.tookMs ?? Infinity) ? b : a;
  return { ...late, returnedMs: [...a.returnedMs, ...b.returnedMs] };
}

async function known(look: () => number | undefined): Promise<number | undefined> {
  for (const deadline = Date.now() + GIVE_UP_MS; Date.now() < deadline;) {
    const value = look();
    if (value !== undefined) return value;
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}

/** Resolves when every device is online and has everything that is stored now and for its user to see. */
async function caughtUp(crowd: Crowd, databaseUrl: string): Promise<CaughtUp> {
  const sinceMs = Date.now();
  const before = closesOf(crowd.devices);
  const returnedMs: number[] = [];
  const away = new Set(crowd.devices.filter(({ online }) => !online));
  const tails = await readTails(databaseUrl, crowd.appId);
  const members = await readMembers(databaseUrl, crowd.appId);
  const behind = new Set(crowd.devices);
  let last = '';
  for (;;) {
    for (const device of behind) {
      const lacks = [...tails].some(([id, lastSeq]) => {
        const member = members.get(id)?.get(device.userId);
        return member !== undefined && device.high(id) < newestSeen(member, lastSeq);
      });
      if (lacks || !device.online) continue;
      behind.delete(device);
      last = `${device.name} (${device.feed})`;
      const lost = device.closeCodes.length > (before.get(device.name) ?? 0);
      if (lost || away.has(device)) returnedMs.push(Date.now() - sinceMs);
    }
    const tookMs = Date.now() - sinceMs;
    if (behind.size === 0) return { tookMs, last, returnedMs };
    if (tookMs > GIVE_UP_MS) {
      return { tookMs: undefined, last: [...behind].map(({ name }) => name).join(' '), returnedMs };
    }
    await sleep(LOOK_EVERY_MS);
  }
}
