import { describe, expect, it } from 'vitest';
import { entry, FakeConversations, userContext } from '../../../test/fakes/fake-conversations.js';
import { PullEntries, type PullRequest } from './pull-entries.js';

function rig() {
  const log = new FakeConversations();
  const pull = new PullEntries({ log, epoch: { logEpoch: () => Promise.resolve(3) } });
  const run = (request: Partial<PullRequest> = {}, user = 'alice') =>
    pull.run(userContext(user), {
      conversationId: 'g:team',
      fromSeq: 0,
      toSeq: 0,
      limit: 0,
      backwards: false,
      ...request,
    });
  return { log, run };
}

describe('pulling', () => {
  it('asks for exactly the own view, with defaults filled in', async () => {
    const { log, run } = rig();
    log.pullResult = { entries: [entry('g:team', 1)], notVisible: [], lastSeq: 1, hasMore: false };
    expect(await run()).toEqual({ ...log.pullResult, logEpoch: 3 });
    expect(log.asked).toMatchObject([
      {
        appId: 'demo',
        userId: 'alice',
        conversationId: 'g:team',
        fromSeq: 1,
        toSeq: 0,
        limit: 100,
        backwards: false,
      },
    ]);
  });

  it('answers conversations never joined like missing ones', async () => {
    const { run } = rig();
    for (const conversationId of ['g:team', 'd:bob:carol', 's:bob']) {
      await expect(run({ conversationId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('finds own direct chats and the own feed empty before anybody writes', async () => {
    const { run } = rig();
    for (const conversationId of ['d:alice:bob', 'd:alice:alice', 's:alice']) {
      expect(await run({ conversationId })).toMatchObject({
        entries: [],
        lastSeq: 0,
        hasMore: false,
      });
    }
  });

  it('names the field that is out of range', async () => {
    const { run } = rig();
    const bad: [Partial<PullRequest>, string][] = [
      [{ fromSeq: -1 }, 'from_seq'],
      [{ toSeq: -1 }, 'to_seq'],
      [{ fromSeq: 5, toSeq: 4 }, 'to_seq'],
      [{ limit: -1 }, 'limit'],
      [{ limit: 501 }, 'limit'],
      [{ conversationId: 'd:bob:alice' }, 'conversation_id'],
      [{ conversationId: '' }, 'conversation_id'],
    ];
    for (const [request, field] of bad) {
      await expect(run(request)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
  });
});
