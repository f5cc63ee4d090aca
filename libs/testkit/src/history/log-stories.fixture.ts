import { DomainError } from '@queqiao/domain';
import { Entry_State } from '@queqiao/protocol/client';
import {
  asked,
  bob,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  failed,
  member,
  past,
  sent,
  text,
  type Stories,
} from './past.fixture.js';

const THREE = [entry(1), entry(2), entry(3)];
const RECALL = changeEntry(4, 'c1', { $case: 'recall', value: { targetSeq: 3 } });

/** Pasts that break or keep what is said of logs. */
export const LOG_STORIES = {
  'no loss': {
    bad: {
      'an acknowledged entry is not stored': () => past({ stored: [entry(1), entry(2)] }),
      'an acknowledged change is not stored': async () => {
        const story = await past();
        await asked(story.history, 'c1', 4, { kind: 'recall', targetSeq: 3 });
        return story;
      },
      'it is stored with another text': () =>
        past({ stored: [entry(1), entry(2, { content: text('other') }), entry(3)] }),
      'a device never got the newest': () => past({ surfaced: [entry(1), entry(2)] }),
      'a device got nothing': () => past({ surfaced: [] }),
    },
    good: {
      'a message was edited, another recalled since': async () => {
        const edited = entry(2, { content: text('better'), revision: 1 });
        const blank = entry(3, { content: undefined, state: Entry_State.RECALLED });
        const value = { targetSeq: 2, content: text('better'), revision: 1 };
        const changes = [
          changeEntry(4, 'c1', { $case: 'edit', value }),
          changeEntry(5, 'c2', { $case: 'recall', value: { targetSeq: 3 } }),
        ];
        const story = await past({
          stored: [entry(1), edited, blank, ...changes],
          surfaced: [entry(1), entry(2), entry(3), ...changes],
        });
        await asked(story.history, 'c1', 4, { kind: 'edit', targetSeq: 2, text: 'better' });
        await asked(story.history, 'c2', 5, { kind: 'recall', targetSeq: 3 });
        return story;
      },
      'a device that went for good lacks the rest': async () => {
        const story = await past({ surfaced: [entry(1)] });
        story.phone.retired = true;
        return story;
      },
      'a user cleared the history': async () => {
        const story = await past({ surfaced: [entry(3)] });
        story.history.sends.pop();
        await didOwn(story.history, { kind: 'clear', throughSeq: 2 });
        await sent(story.history, 'm3', 3);
        story.members.set(CHAT, bob({ clearedSeq: 2, readSeq: 2 }));
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
      'one seq was given to a message and to a change': async () => {
        const story = await past();
        await asked(story.history, 'c1', 3, { kind: 'recall', targetSeq: 2 });
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
      'a change that was refused': async () => {
        const story = await past({ stored: [...THREE, RECALL] });
        const change = { kind: 'recall', targetSeq: 3 } as const;
        const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'c1', change };
        const refused = new DomainError('PERMISSION_DENIED', 'no');
        await story.history.change(about, () => Promise.reject(refused)).catch(() => 0);
        return story;
      },
      'a change that was said to change nothing': async () => {
        const value = { targetSeq: 3, removed: false };
        const stored = [...THREE, changeEntry(4, 'c1', { $case: 'pin', value })];
        const story = await past({ stored });
        story.pins.add(`${CHAT}#3`);
        await asked(story.history, 'c1', 0, { kind: 'pin', targetSeq: 3, removed: false });
        return story;
      },
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
      'a change got an earlier seq than a message before it': async () => {
        const recall = changeEntry(3, 'c1', { $case: 'recall', value: { targetSeq: 1 } });
        const story = await past({ stored: [entry(1), entry(2), recall, entry(4)] });
        await sent(story.history, 'm4', 4);
        await asked(story.history, 'c1', 3, { kind: 'recall', targetSeq: 1 });
        return story;
      },
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
      'a device has the version before an edit': async () => {
        const value = { targetSeq: 3, content: text('new'), revision: 1 };
        const edit = changeEntry(4, 'c1', { $case: 'edit', value });
        const story = await past({
          stored: [entry(1), entry(2), entry(3, { content: text('new'), revision: 1 }), edit],
          surfaced: [entry(1), entry(2), entry(3), edit],
        });
        await asked(story.history, 'c1', 4, { kind: 'edit', targetSeq: 3, text: 'new' });
        return story;
      },
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
} as const satisfies Record<string, Stories>;
