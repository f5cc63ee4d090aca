import { Entry_State } from '@queqiao/protocol/client';
import {
  asked,
  bob,
  changed,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  marked,
  member,
  past,
  sent,
  text,
  withRecovery,
  withRest,
  withTail,
  type Stories,
} from './past.fixture.js';
import { digestOf } from './surfaced-log.js';

/** Pasts that break or keep what is said of users and devices. */
export const MEMBER_STORIES = {
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
        const ann = member({ readSeq: 3, stints: [{ joinedSeq: 0, leftSeq: 2 }] });
        story.members.get(CHAT)?.set('ann', ann);
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
      'it ends below what was cleared': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'clear', throughSeq: 3 });
        story.members.set(CHAT, bob({ clearedSeq: 3, readSeq: 2 }));
        return story;
      },
      'a change of messages moved it': async () => {
        const recall = changeEntry(4, 'c1', { $case: 'recall', value: { targetSeq: 3 } });
        const blank = entry(3, { content: undefined, state: Entry_State.RECALLED });
        const stored = [entry(1), entry(2), blank, recall];
        const story = await past({ stored });
        await asked(story.history, 'c1', 4, { kind: 'recall', targetSeq: 3 });
        story.members.get(CHAT)?.set('ann', member({ readSeq: 4 }));
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
      'a change never ended': async () => {
        const story = await past();
        const change = { kind: 'pin', targetSeq: 3, removed: false } as const;
        const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'c1', change };
        void story.history.change(about, () => new Promise<number>(() => undefined));
        return story;
      },
      'a mark never ended': async () => {
        const story = await past();
        const about = { userId: 'bob', conversationId: CHAT, seq: 3 };
        void story.history.mark(about, () => new Promise<void>(() => undefined));
        return story;
      },
      'an own change never ended': async () => {
        const story = await past();
        const about = {
          userId: 'bob',
          conversationId: CHAT,
          change: { kind: 'clear', throughSeq: 3 },
        } as const;
        void story.history.changeOwn(about, () => new Promise<void>(() => undefined));
        return story;
      },
      'a fault was never got over': () => withRecovery(undefined),
      'a fault was got over too late': () => withRecovery(5_001),
    },
    good: { 'a fault was got over in time': () => withRecovery(5_000) },
  },
} as const satisfies Record<string, Stories>;
