import { DomainError } from '@queqiao/domain';
import { Entry_State } from '@queqiao/protocol/client';
import {
  BLANK,
  changedPast,
  edit,
  EDITED,
  editTo,
  recall,
  RECALL,
  refused,
} from './change-past.fixture.js';
import type { Guarantee } from './history-input.js';
import {
  asked,
  bob,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  member,
  past,
  sent,
  type Stories,
} from './past.fixture.js';
import { keptOf, shown, showing } from './replica-past.fixture.js';
import {
  annBack,
  annLeft,
  away,
  awayFromOpen,
  gone,
  leftBeforeRecall,
  meanwhile,
  moved,
  named,
  refusedSend,
  three,
  toldOf,
} from './stay-past.fixture.js';

/** Pasts in which people come and go. */
export const STAY_STORIES: Partial<Record<Guarantee, Stories>> = {
  membership: {
    bad: {
      'a message from between join and leave may not be seen': async () => {
        const story = await past({ surfaced: [entry(1), entry(2)] });
        await moved(story, 'leave');
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 2 }] }));
        return story;
      },
      'a message from after the leave may be seen': () => gone([{ joinedSeq: 0, leftSeq: 1 }]),
      'a message from before the first join may be seen': () =>
        meanwhile(async (story, before) => void (before === 3 && (await moved(story, 'join')))),
      'a message from while one was out may be seen': async () => {
        const story = await away({}, three());
        story.members.set(CHAT, bob({ readSeq: 2 }));
        return story;
      },
      'what was said while one was out for good may be seen, though newcomers see all':
        async () => {
          const story = await meanwhile(async (now, before) => {
            if (before === 1) await moved(now, 'join', { fromStart: true });
            if (before === 2) await moved(now, 'leave');
          });
          story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 3 }] }));
          return story;
        },
      'who left is in': async () => {
        const story = await past();
        await moved(story, 'leave');
        return story;
      },
      'who came back is out': async () => {
        const story = await past();
        await moved(story, 'leave');
        await moved(story, 'join');
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 3 }] }));
        return story;
      },
      'a member is refused as none': async () => refusedSend(await past(), 'NOT_A_MEMBER'),
      'a member is refused as a stranger': async () => refusedSend(await annBack(), 'NOT_FOUND'),
      'a leave was carried out twice': () => toldOf(2),
      'the log does not tell of a leave': () => toldOf(0),
      'who never came writes': async () => {
        const story = await past();
        await moved(story, 'join', { userId: 'ann' });
        const stints = [{ joinedSeq: 3, leftSeq: Infinity }];
        story.members.get(CHAT)?.set('ann', member({ readSeq: 3, stints }));
        return story;
      },
    },
    good: {
      'somebody was away': () => away(),
      'somebody was away from a group whose newcomers see all': () => awayFromOpen(),
      'somebody is gone': () => gone(),
      'the log tells once': () => toldOf(1),
      'who is out is refused': async () => refusedSend(await annLeft(), 'NOT_A_MEMBER'),
      'who is being taken out is refused': async () => {
        const story = await past();
        const about = { userId: 'ann', conversationId: CHAT, change: 'leave' } as const;
        const leave = story.history.membership(about, async () => {
          await refusedSend(story, 'NOT_A_MEMBER');
        });
        await leave;
        const ann = member({ readSeq: 3, stints: [{ joinedSeq: 0, leftSeq: 3 }] });
        story.members.get(CHAT)?.set('ann', ann);
        return story;
      },
      'a leave of unknown outcome was carried out, or was not': async () => {
        const story = await past();
        const unknown = new DomainError('UNAVAILABLE', 'no');
        await moved(story, 'leave', { told: true }, () => Promise.reject(unknown));
        return story;
      },
      'a leave that was refused did nothing': async () => {
        const story = await past();
        const no = new DomainError('PERMISSION_DENIED', 'no');
        await moved(story, 'leave', { told: true }, () => Promise.reject(no));
        return story;
      },
    },
  },
  'no loss': {
    bad: {
      'a device of somebody who left lacks what was said before': async () => {
        const story = await past({ surfaced: [entry(1)] });
        await moved(story, 'leave');
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 3 }] }));
        return story;
      },
      'a device lacks what its user may see since coming back': async () => {
        const story = await awayFromOpen();
        story.phone.events.splice(1, 1);
        return story;
      },
    },
    good: {},
  },
  'read cursor': {
    bad: {
      'who came with the right to see all has it all unread': () => awayFromOpen(1),
      'who came with the right to see all has read what came later': () => awayFromOpen(3),
    },
    good: {},
  },
  unread: {
    bad: {
      'somebody who was away counts what was said meanwhile': async () => {
        const story = await away();
        const unread = new Map([[CHAT, 2]]);
        story.history.rests.push({ device: 'bob/phone', userId: 'bob', unread });
        return story;
      },
    },
    good: {
      'somebody who left counts what was said before': async () => {
        const story = await gone();
        const unread = new Map([[CHAT, 0]]);
        story.history.rests.push({ device: 'bob/phone', userId: 'bob', unread });
        return story;
      },
    },
  },
  changes: {
    bad: {
      'a message was not found although its changer has seen it': async () => {
        const story = await annBack();
        await sent(story.history, 'm4', 4);
        story.table.get(CHAT)?.push(entry(4));
        story.phone.entry(entry(4));
        const again = { kind: 'edit', targetSeq: 4, text: 'better' } as const;
        return refused(story, again, 'NOT_FOUND');
      },
      'a mention of somebody who was in is lost': () => named([{ joinedSeq: 0, leftSeq: 3 }], 0),
      'somebody who was out was mentioned': async () => {
        const story = await named([{ joinedSeq: 0, leftSeq: 2 }], 3);
        story.phone.events.pop();
        return story;
      },
      'a clear by somebody who came back left something': async () => {
        const story = await past();
        await moved(story, 'leave');
        await moved(story, 'join');
        await didOwn(story.history, { kind: 'clear', throughSeq: 3 });
        story.members.set(CHAT, bob({ clearedSeq: 2, readSeq: 3 }));
        return story;
      },
    },
    good: {
      'a message from before the join was not found': async () => {
        return refused(await annBack(), editTo('better'), 'NOT_FOUND');
      },
      'somebody who was out was not mentioned': async () => {
        const story = await named([{ joinedSeq: 0, leftSeq: 2 }], 0);
        story.phone.events.pop();
        return story;
      },
    },
  },
  replicas: {
    bad: {
      'a message that was taken back while the user was in is shown': async () => {
        const story = await changedPast(BLANK, [RECALL], recall);
        await moved(story, 'leave');
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 4 }] }));
        return showing(story, { messages: three().map((each) => shown(each)) });
      },
    },
    good: {
      'a message that was taken back after the user had left is shown no more': async () =>
        showing(await leftBeforeRecall(), { messages: [shown(entry(1)), shown(entry(2))] }),
      'an edit of a message that was taken back after the user had left is kept': async () => {
        const better = edit(4, 'c1', 'better', 1);
        const blanked = { content: undefined, state: Entry_State.RECALLED };
        const after = [
          { ...better, ...blanked },
          changeEntry(5, 'c2', { $case: 'recall', value: { targetSeq: 3 } }),
        ];
        const blank = entry(3, { ...blanked, revision: 1 });
        const story = await changedPast(blank, after, editTo('better'));
        story.phone.events.length = 0;
        for (const each of [...three(), better]) story.phone.entry(each);
        await moved(story, 'leave');
        await asked(story.history, 'c2', 5, recall);
        story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 4 }] }));
        const messages = [entry(1), entry(2), EDITED].map((each) => shown(each));
        return showing(story, { messages, kept: keptOf([...three(), better]) });
      },
      'a message that was taken back after the user had left is shown': async () => {
        const entries = three();
        return showing(await leftBeforeRecall(), {
          messages: entries.map((each) => shown(each)),
          kept: keptOf(entries),
        });
      },
    },
  },
  liveness: {
    bad: {
      'a join never ended': async () => {
        const story = await past();
        const about = { userId: 'bob', conversationId: CHAT, change: 'join' } as const;
        void story.history.membership(about, () => new Promise<void>(() => undefined));
        return story;
      },
    },
    good: {},
  },
};
