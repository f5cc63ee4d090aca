import { selfConversationId, type AppId, type UserId } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { eraseTold } from './erase-told.js';
import type { ErasureJob, ToldEntry } from './ports.js';

const COUNT = 1_203;
const job: ErasureJob = {
  appId: 'demo' as AppId,
  userId: 'ann' as UserId,
  keepMessages: false,
  phase: 'requests',
  doneTo: '',
};

it('goes through all that was told, and writes only what had words', async () => {
  const place = { conversationId: selfConversationId('bob' as UserId), sender: job.userId };
  const entries = Array.from({ length: COUNT }, (_, n) => ({
    seq: 2 * n + 1,
    content: Uint8Array.of(n % 3),
  }));
  const written: ToldEntry[] = [];
  const rows = {
    toldEntries: (
      _: ErasureJob,
      at: unknown,
      { after, limit }: { after: number; limit: number },
    ) => {
      expect(at).toEqual(place);
      return Promise.resolve(entries.filter(({ seq }) => seq > after).slice(0, limit));
    },
    rewriteTold: (_: ErasureJob, _conversationId: unknown, entry: ToldEntry) => {
      written.push(entry);
      return Promise.resolve();
    },
  };
  const told = {
    withoutWords: ([first]: Uint8Array) => (first === 0 ? Uint8Array.of(9) : null),
  };
  await eraseTold({ rows, told }, job, place);
  expect(written).toEqual(
    entries
      .filter(({ content }) => content[0] === 0)
      .map(({ seq }) => ({ seq, content: Uint8Array.of(9) })),
  );
});
