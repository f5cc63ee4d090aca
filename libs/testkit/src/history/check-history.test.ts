import { Entry_State } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.js';
import { GUARANTEES, type Guarantee, type HistoryInput } from './history-input.js';
import {
  bob,
  changed,
  CHAT,
  entry,
  failed,
  marked,
  member,
  past,
  sent,
  text,
  withRecovery,
  withRest,
  withTail,
} from './past.fixture.js';
import { digestOf } from './surfaced-log.js';

type Story = () => Promise<HistoryInput>;

/** For every guarantee: pasts that break it, and pasts that look odd and keep it. */
const STORIES = {
  'no loss': {
    bad: {
      'an acknowledged entry is not stored': () => past({ stored: [entry(1), entry(2)] }),
      'it is stored with another text': () =>
        past({ stored: [entry(1), entry(2, { content: text('other') }), entry(3)] }),
      'a device never got the newest': () => past({ surfaced: [entry(1), entry(2)] }),
      'a device got nothing': () => past({ surfaced: [] }),
    },
    good: {
      'a message was edited, another recalled since': async () => {
        const edited = entry(2, { content: text('better'), revision: 1 });
        const blank = entry(3, { content: undefined, state: Entry_State.RECALLED });
        return past({
          stored: [entry(1), edited, blank],
          surfaced: [entry(1), entry(2), entry(3)],
        });
      },
      'a device that went for good lacks the rest': async () => {
        const story = await past({ surfaced: [entry(1)] });
        story.phone.retired = true;
        return story;
      },
      'a user cleared the history': async () => {
        const story = await past({ surfaced: [entry(3)] });
        story.members.set(CHAT, bob({ clearedSeq: 2 }));
        return story;
      },
    },
  },
  'no duplicates': {
    bad: {
      'one message is stored twice': () =>
        past({ stored: [entry(1), entry(2), entry(3), entry(4, { clientMsgId: 'm3' })] }),
      'one message was answered with two seqs': async () => {
        const story = await past();
        await sent(story.history, 'm1', 3, 'text 3');
        return story;
      },
      'one seq was given to two messages': async () => {
        const story = await past();
        await sent(story.history, 'm7', 3, 'text 3');
        return story;
      },
    },
    good: {
      'a retry got the first seq': async () => {
        const story = await past();
        await sent(story.history, 'm1', 1);
        return story;
      },
    },
  },
  'no phantoms': {
    bad: {
      'an entry that nobody sent': () => past({ stored: [1, 2, 3, 4].map((seq) => entry(seq)) }),
      'an entry that was refused': async () => {
        const story = await past({ stored: [1, 2, 3, 4].map((seq) => entry(seq)) });
        await failed(story.history, 'm4', 'MUTED');
        return story;
      },
    },
    good: {
      'a send of unknown outcome is stored': async () => {
        const story = await past({ stored: [1, 2, 3, 4].map((seq) => entry(seq)) });
        await failed(story.history, 'm4', 'UNAVAILABLE');
        story.members.get(CHAT)?.set('ann', member({ readSeq: 4 }));
        return story;
      },
      'a refused send is not stored': async () => {
        const story = await past();
        await failed(story.history, 'm4', 'MUTED');
        return story;
      },
    },
  },
  'no gaps': {
    bad: { 'a seq is missing': () => past({ stored: [entry(1), entry(3)] }) },
    good: {
      'an empty conversation': async () => {
        const story = await past();
        story.table.set('d:ann:carl', []);
        return story;
      },
    },
  },
  order: {
    bad: {
      'a device surfaced out of order': () => past({ surfaced: [entry(1), entry(3), entry(2)] }),
      'a device surfaced one twice': () =>
        past({ surfaced: [entry(1), entry(2), entry(2), entry(3)] }),
      'a later send got an earlier seq': async () => {
        const swapped = [
          entry(1),
          entry(2, { clientMsgId: 'm3' }),
          entry(3, { clientMsgId: 'm2' }),
        ];
        const story = await past({ stored: swapped });
        story.history.sends.length = 0;
        for (const [id, seq] of [
          ['m1', 1],
          ['m2', 3],
          ['m3', 2],
        ] as const) {
          await sent(story.history, id, seq);
        }
        return story;
      },
    },
    good: {
      'concurrent sends got seqs in any order': async () => {
        const story = await past({ stored: [1, 2, 3, 4, 5].map((seq) => entry(seq)) });
        let answer: (seq: number) => void = () => undefined;
        const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'm4', text: 'text 4' };
        const slow = story.history.send(about, () => new Promise((resolve) => (answer = resolve)));
        await sent(story.history, 'm5', 5);
        answer(4);
        await slow;
        story.members.get(CHAT)?.set('ann', member({ readSeq: 5 }));
        return story;
      },
    },
  },
  agreement: {
    bad: {
      'a device has another content': () =>
        past({ surfaced: [entry(1), entry(2, { createdMs: 5 }), entry(3)] }),
      'a device has an entry that is not stored': () =>
        past({ surfaced: [1, 2, 3, 4].map((seq) => entry(seq)) }),
      'two devices differ in a version that was replaced since': async () => {
        const stored = [entry(1), entry(2), entry(3, { content: text('new'), revision: 1 })];
        const story = await past({ stored, surfaced: [entry(1), entry(2), entry(3)] });
        const tablet = story.history.device('bob/tablet', 'bob');
        for (const each of [entry(1), entry(2), entry(3, { content: text('x') })])
          tablet.entry(each);
        return story;
      },
      'a device has a revision that is not stored': () =>
        past({ surfaced: [entry(1), entry(2), entry(3, { revision: 2 })] }),
    },
    good: {
      'a device has the version before an edit': () =>
        past({
          stored: [entry(1), entry(2), entry(3, { content: text('new'), revision: 1 })],
          surfaced: [entry(1), entry(2), entry(3)],
        }),
    },
  },
  'no skip': {
    bad: {
      'a later entry surfaced over a hole': () => past({ surfaced: [entry(1), entry(3)] }),
      'a cursor covers what did not surface': async () => {
        const story = await past({ surfaced: [entry(1), entry(2)] });
        story.phone.cursor(CHAT, 3);
        return story;
      },
      'a visible range was said to be invisible': async () => {
        const story = await past({ surfaced: [entry(1)] });
        story.phone.passed(CHAT, { fromSeq: 2, toSeq: 3 });
        return story;
      },
    },
    good: {
      'the range before the join was passed': async () => {
        const story = await past({ surfaced: [] });
        story.phone.passed(CHAT, { fromSeq: 1, toSeq: 2 });
        story.phone.entry(entry(3));
        story.phone.cursor(CHAT, 3);
        const stints = [{ joinedSeq: 2, leftSeq: Infinity }];
        story.members.set(CHAT, bob({ stints, readSeq: 2 }));
        return story;
      },
    },
  },
  tail: {
    bad: {
      'a device stays behind': () => withTail({ reached: 2, waitedMs: 10 }),
      'a device takes too long': () => withTail({ reached: 3, waitedMs: 9_000 }),
    },
    good: { 'a device is there in time': () => withTail({ reached: 3, waitedMs: 4_000 }) },
  },
  tenancy: {
    bad: {
      'a device got an entry of another app': async () => {
        const alien = entry(3, { content: text('theirs') });
        const story = await past({ surfaced: [entry(1), entry(2), alien] });
        return { ...story, foreign: new Set([digestOf(alien)]) };
      },
      'an entry of another app is stored': async () => {
        const alien = entry(3, { content: text('theirs') });
        const story = await past({ stored: [entry(1), entry(2), alien] });
        return { ...story, foreign: new Set([digestOf(alien)]) };
      },
    },
    good: {
      'another app has the same conversation with other words': async () => {
        const alien = entry(3, { content: text('theirs') });
        return { ...(await past()), foreign: new Set([digestOf(alien)]) };
      },
    },
  },
  membership: {
    bad: {
      'a stranger sees it': async () => {
        const story = await past();
        story.members.get(CHAT)?.delete('bob');
        return story;
      },
      'a joiner sees what was before': async () => {
        const story = await past();
        const stints = [{ joinedSeq: 1, leftSeq: Infinity }];
        story.members.set(CHAT, bob({ stints, readSeq: 1 }));
        return story;
      },
      'someone who has left sees what came after': async () => {
        const story = await past();
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 2 }] }));
        return story;
      },
      'someone sends after having left': async () => {
        const story = await past();
        story.history.sends.pop();
        await changed(story.history, 'leave');
        await sent(story.history, 'm3', 3);
        return story;
      },
    },
    good: {
      'two stints with a hole between': async () => {
        const story = await past({ surfaced: [entry(1), entry(3)] });
        const stints = [
          { joinedSeq: 0, leftSeq: 1 },
          { joinedSeq: 2, leftSeq: Infinity },
        ];
        story.members.set(CHAT, bob({ stints, readSeq: 2 }));
        return story;
      },
      'someone comes back and sends': async () => {
        const story = await past();
        story.history.sends.pop();
        await changed(story.history, 'leave');
        await changed(story.history, 'join');
        await sent(story.history, 'm3', 3);
        return story;
      },
    },
  },
  'read cursor': {
    bad: {
      'an observer sees it go back': async () => {
        const story = await past();
        story.phone.state({ conversationId: CHAT, rev: 1, readSeq: 3 });
        story.phone.state({ conversationId: CHAT, rev: 2, readSeq: 2 });
        return story;
      },
      'it ends below an acknowledged mark': async () => {
        const story = await past();
        await marked(story.history, 2);
        return story;
      },
      'it is where nobody moved it': async () => {
        const story = await past();
        story.members.set(CHAT, bob({ readSeq: 2 }));
        return story;
      },
    },
    good: {
      'a stale state arrives late': async () => {
        const story = await past();
        story.phone.state({ conversationId: CHAT, rev: 2, readSeq: 2 });
        story.phone.state({ conversationId: CHAT, rev: 1, readSeq: 1 });
        await marked(story.history, 2);
        await marked(story.history, 1);
        story.members.set(CHAT, bob({ readSeq: 2 }));
        return story;
      },
    },
  },
  unread: {
    bad: {
      'a device shows another number': () => withRest(2),
      'a device shows less than nothing': () => withRest(-1),
      'a device leaves a conversation out': () => withRest(undefined),
    },
    good: { 'a device counts those above the cursor': () => withRest(3) },
  },
  liveness: {
    bad: {
      'a send never ended': async () => {
        const story = await past();
        const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'm4', text: 'text 4' };
        void story.history.send(about, () => new Promise<number>(() => undefined));
        return story;
      },
      'a fault was never got over': () => withRecovery(undefined),
      'a fault was got over too late': () => withRecovery(5_001),
    },
    good: { 'a fault was got over in time': () => withRecovery(5_000) },
  },
} as const satisfies Record<Guarantee, Record<'bad' | 'good', Record<string, Story>>>;

describe('checkHistory', () => {
  it('finds nothing in an ordinary past', async () => {
    expect(checkHistory(await past())).toEqual([]);
  });

  for (const guarantee of GUARANTEES) {
    describe(`guarantee ${guarantee}`, () => {
      const { bad, good } = STORIES[guarantee];
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
