import { Entry_State } from '@queqiao/protocol/client';
import {
  changedPast,
  edit,
  EDITED,
  editTo,
  mentioning,
  PLACE,
  react,
  reaction,
  recalled,
  three,
  withSettings,
} from './change-past.fixture.js';
import {
  bob,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  marked,
  past,
  type Stories,
} from './past.fixture.js';
import { shown, showing } from './replica-past.fixture.js';
import { contentDigestOf } from './shown.js';

/** Pasts that break or keep what is said of those who show a log. */
export const REPLICA_STORIES = {
  replicas: {
    bad: {
      'a conversation is not shown': async () => {
        const story = await past();
        const unread = new Map([[CHAT, 3]]);
        const rest = { device: 'bob/phone', userId: 'bob', unread, shown: new Map() };
        story.history.rests.push(rest);
        return story;
      },
      'a recalled message is shown': async () =>
        showing(await recalled(), { messages: three.map((each) => shown(each)) }),
      'a recalled message is kept': async () =>
        showing(await recalled(), {
          kept: [{ seq: 3, state: 0, contentDigest: contentDigestOf(entry(3).content) }],
        }),
      'the version before an edit is shown': async () =>
        showing(await changedPast(EDITED, [edit(4, 'c1', 'better', 1)], editTo('better')), {
          messages: three.map((each) => shown(each)),
        }),
      'a message is missing between others': async () =>
        showing(await past(), { messages: [shown(entry(1)), shown(entry(3))] }),
      'the oldest are missing, of a log that fits into memory': async () =>
        showing(await past(), { messages: [shown(entry(3))] }),
      'a message that was deleted for the user is shown': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'hide', seqs: [3] });
        story.members.set(CHAT, bob({ hidden: new Set([3]) }));
        return showing(story);
      },
      'a reaction is not shown': async () => {
        const story = await changedPast(entry(3), [reaction(4, 'c1')], react());
        story.reactions.add(`${PLACE} ann 👍`);
        return showing(story);
      },
      'a reaction is shown that is not stored': async () => {
        const reactions = [{ emoji: '👍', userIds: ['ann'] }];
        return showing(await past(), {
          messages: [shown(entry(1)), shown(entry(2)), shown(entry(3), { reactions })],
        });
      },
      'a pin is shown that is not stored': async () =>
        showing(await past(), {
          messages: [shown(entry(1)), shown(entry(2)), shown(entry(3), { pinned: true })],
        }),
      'a setting is not shown': async () => showing(await withSettings({ draft: 'new' }, 'new')),
      'the read cursor is shown elsewhere': async () => showing(await past(), { readSeq: 1 }),
      'a mention is not shown': async () => {
        const story = await mentioning(4);
        return showing(story, {
          messages: (story.table.get(CHAT) ?? []).map((each) => shown(each)),
        });
      },
      'a deleted message is shown as recalled': async () => {
        const change = { kind: 'delete', targetSeqs: [3] } as const;
        const deletion = changeEntry(4, 'c1', { $case: 'delete', value: { targetSeqs: [3] } });
        const blank = entry(3, { content: undefined, state: Entry_State.DELETED });
        const messages = [entry(1), entry(2), blank].map((each) =>
          shown(each, each === blank ? { state: 'recalled' } : {}),
        );
        return showing(await changedPast(blank, [deletion], change), { messages });
      },
      'something is kept that is not stored': async () =>
        showing(await past(), { kept: [{ seq: 4, state: 0, contentDigest: '' }] }),
    },
    good: {
      'everything is shown as it is stored': async () => showing(await past()),
      'a recalled message has no content': async () => showing(await recalled()),
      'a mention was seen': async () => {
        const story = await mentioning(4, 4);
        await marked(story.history, 4);
        const messages = (story.table.get(CHAT) ?? []).map((each) => shown(each));
        return showing(story, { messages, readSeq: 4 }, 0);
      },
    },
  },
} as const satisfies Record<string, Stories>;
