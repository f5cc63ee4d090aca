import { expect, it } from 'vitest';
import { AUDIT_MAX_REFUSALS, BoundedRefusals } from './bounded-refusals.js';

it('records a minute’s worth of each app, and passes over and counts the rest', async () => {
  const recorded: string[] = [];
  let nowMs = 5;
  let dropped = 0;
  const refusals = new BoundedRefusals(
    { recordRefusal: async (_call, { appId }) => void recorded.push(appId) },
    { monotonic: () => nowMs, onDropped: () => (dropped += 1) },
  );
  const call = {
    actor: { kind: 'credential', id: 'c1' },
    method: 'UpdateWebhook',
    requestId: 'r1',
  } as const;
  const refuse = (appId: string) => {
    return refusals.recordRefusal(call, { appId, target: '' }, 'NOT_FOUND');
  };
  for (let n = 0; n < AUDIT_MAX_REFUSALS + 3; n += 1) await refuse('loud');
  await refuse('quiet');
  expect(recorded).toHaveLength(AUDIT_MAX_REFUSALS + 1);
  expect(recorded.at(-1)).toBe('quiet');
  expect(dropped).toBe(3);
  nowMs += 60_000;
  await refuse('loud');
  expect(recorded.at(-1)).toBe('loud');
});
