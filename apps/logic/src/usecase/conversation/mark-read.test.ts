import { describe, expect, it } from 'vitest';
import {
  FakeConversations,
  membership,
  userContext,
} from '../../../test/fakes/fake-conversations.js';
import { MarkRead } from './mark-read.js';
import type { AdvanceReadResult } from './ports.js';

function rig(advanceResult: AdvanceReadResult) {
  const log = new FakeConversations();
  log.advanceResult = advanceResult;
  const pushed: unknown[] = [];
  const push = { pushState: (state: unknown) => void pushed.push(state) };
  const mark = new MarkRead({ log, push }, { owner: 'logic-1', dispatchDelayMs: 3_000 });
  const run = (seq = 5, conversationId = 'g:team') =>
    mark.run(userContext('alice'), { conversationId, seq });
  return { log, pushed, run };
}

const row = membership('g:team', { readSeq: 5 });

describe('marking as read', () => {
  it('pushes the new state under its dispatch row', async () => {
    const { log, pushed, run } = rig({ status: 'moved', membership: row, dispatchId: 'x1' });
    expect(await run()).toBe(row);
    expect(pushed).toEqual([{ appId: 'demo', membership: row, dispatchId: 'x1' }]);
    expect(log.asked).toMatchObject([{ userId: 'alice', seq: 5, owner: 'logic-1' }]);
  });

  it('pushes nothing when nothing moved', async () => {
    const { pushed, run } = rig({ status: 'unchanged', membership: row });
    expect(await run()).toBe(row);
    expect(pushed).toEqual([]);
  });

  it('refuses what is not there', async () => {
    await expect(rig({ status: 'not-found' }).run()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const ahead = rig({ status: 'no-such-seq' }).run();
    await expect(ahead).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'seq' });
  });

  it('asks the log for no impossible seq', async () => {
    const { log, run } = rig({ status: 'unchanged', membership: row });
    for (const seq of [0, -1]) await expect(run(seq)).rejects.toMatchObject({ field: 'seq' });
    expect(log.asked).toEqual([]);
  });
});
