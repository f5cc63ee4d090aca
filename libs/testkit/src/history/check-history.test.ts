import { describe, expect, it } from 'vitest';
import { CHANGE_STORIES } from './change-stories.fixture.js';
import { checkHistory } from './check-history.js';
import { GUARANTEES, type Guarantee } from './history-input.js';
import { LOG_STORIES } from './log-stories.fixture.js';
import { MEMBER_STORIES } from './member-stories.fixture.js';
import { past, type Stories, type Story } from './past.fixture.js';
import { REPLICA_STORIES } from './replica-stories.fixture.js';
import { STAY_STORIES } from './stay-stories.fixture.js';

/** For every guarantee: pasts that break it, and pasts that look odd and keep it. */
const STORIES: Record<Guarantee, Stories> = {
  ...LOG_STORIES,
  ...MEMBER_STORIES,
  ...CHANGE_STORIES,
  ...REPLICA_STORIES,
};

describe('checkHistory', () => {
  it('finds nothing in an ordinary past', async () => {
    expect(checkHistory(await past())).toEqual([]);
  });

  for (const guarantee of GUARANTEES) {
    describe(`guarantee ${guarantee}`, () => {
      const bad = { ...STORIES[guarantee].bad, ...STAY_STORIES[guarantee]?.bad };
      const good = { ...STORIES[guarantee].good, ...STAY_STORIES[guarantee]?.good };
      it.each(Object.entries<Story>(bad))('is broken: %s', async (_, story) => {
        const broken = checkHistory(await story()).map((each) => each.guarantee);
        expect(broken).toContain(guarantee);
      });

      it.each(Object.entries<Story>(good))('is kept: %s', async (_, story) => {
        expect(checkHistory(await story())).toEqual([]);
      });
    });
  }
});
