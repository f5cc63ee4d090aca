import { setTimeout as sleep } from 'node:timers/promises';
import { RoamingDevice } from '@queqiao/testkit';
import type { Choices, Crowd } from '@queqiao/e2e';

const SHARE = 0.1;
const TEXT = 'x'.repeat(8_000);
const AT_ONCE = 8;

/** A tenth of the devices stop reading while one of them is sent long texts; then they read again. */
export async function floodStalled(crowd: Crowd, choices: Choices, holdMs: number): Promise<void> {
  const raw = crowd.devices.filter((device) => device instanceof RoamingDevice);
  const count = Math.max(1, Math.round(crowd.devices.length * SHARE));
  const stalled = new Set<RoamingDevice>();
  while (stalled.size < Math.min(count, raw.length)) stalled.add(choices.pick(raw));
  for (const device of stalled) device.stall(true);
  const victim = [...stalled][0]?.userId ?? '';
  const chat = crowd.chats.find(({ members }) => members.includes(victim));
  const until = Date.now() + holdMs;
  if (chat === undefined) throw new Error(`${victim} is in no conversation`);
  while (Date.now() < until) {
    const sender = choices.pick(chat.members);
    const batch = Array.from({ length: AT_ONCE }, () => crowd.say({ chat, sender, text: TEXT }));
    await Promise.allSettled(batch);
    await sleep(1);
  }
  for (const device of stalled) device.stall(false);
}
