import { readTails, readMembers } from '@queqiao/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd } from '@queqiao/e2e';
import type { Load } from './load.js';

/** Beyond this, something is taken for never. */
const GIVE_UP_MS = 90_000;
const LOOK_EVERY_MS = 20;

/** Resolves with the milliseconds from `sinceMs` until a message that was begun after it was acknowledged. */
export function firstAcknowledgement(load: Load, sinceMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(undefined), GIVE_UP_MS);
    load.onAcknowledged = (begunMs) => {
      if (begunMs < sinceMs) return;
      load.onAcknowledged = () => undefined;
      clearTimeout(giveUp);
      resolve(Date.now() - sinceMs);
    };
  });
}

export interface CaughtUp {
  /** Undefined: never. */
  readonly tookMs: number | undefined;
  /** Who came last, and what feeds it. */
  readonly last: string;
}

/** Resolves with the milliseconds from `sinceMs` until every device is online and has everything that is stored now. */
export async function everybodyCaughtUp(
  crowd: Crowd,
  databaseUrl: string,
  sinceMs: number,
): Promise<CaughtUp> {
  const tails = await readTails(databaseUrl, crowd.appId);
  const members = await readMembers(databaseUrl, crowd.appId);
  const behind = new Set(crowd.devices);
  let last = '';
  while (behind.size > 0) {
    for (const device of behind) {
      const lacks = [...tails].some(
        ([id, lastSeq]) =>
          members.get(id)?.has(device.userId) === true && device.high(id) < lastSeq,
      );
      if (lacks || !device.online) continue;
      behind.delete(device);
      last = `${device.name} (${device.feed})`;
    }
    if (behind.size === 0) break;
    if (Date.now() - sinceMs > GIVE_UP_MS)
      return { tookMs: undefined, last: [...behind].map(({ name }) => name).join(' ') };
    await sleep(LOOK_EVERY_MS);
  }
  return { tookMs: Date.now() - sinceMs, last };
}
