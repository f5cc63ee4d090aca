import { DomainError } from '@queqiao/domain';
import { Entry_State } from '@queqiao/protocol/client';
import {
  BLANK,
  changedPast,
  edit,
  EDITED,
  editTo,
  mentioning,
  PLACE,
  react,
  reaction,
  RECALL,
  recall,
  recalled,
  refused,
  three,
  withSettings,
} from './change-past.fixture.js';
import {
  asked,
  bob,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  past,
  sent,
  text,
  type Stories,
} from './past.fixture.js';

/** Pasts that break or keep what is said of changes. */
export const CHANGE_STORIES = {
  changes: {
    bad: {
      'a recalled message has its content': () => changedPast(entry(3), [RECALL], recall),
      'a recalled message has lost its content only': () =>
        changedPast(entry(3, { content: undefined }), [RECALL], recall),
      'a recalled message has been marked only': () =>
        changedPast(entry(3, { state: Entry_State.RECALLED }), [RECALL], recall),
      'an edit of a recalled message has its content': () =>
        changedPast(
          entry(3, { content: undefined, state: Entry_State.RECALLED, revision: 1 }),
          [
            edit(4, 'c1', 'better', 1),
            changeEntry(5, 'c2', { $case: 'recall', value: { targetSeq: 3 } }),
          ],
          editTo('better'),
          recall,
        ),
      'an edit did not reach its message': () =>
        changedPast(entry(3), [edit(4, 'c1', 'better', 1)], editTo('better')),
      'the older of two edits stands': () =>
        changedPast(
          entry(3, { content: text('better'), revision: 2 }),
          [edit(4, 'c1', 'better', 1), edit(5, 'c2', 'best', 2)],
          editTo('better'),
          editTo('best'),
        ),
      'an edit is stored as something else': () =>
        changedPast(EDITED, [edit(4, 'c1', 'worse', 1)], editTo('better')),
      'a message was edited by nobody': () => changedPast(EDITED, []),
      'what had been recalled was edited': () =>
        changedPast(BLANK, [RECALL, edit(5, 'c2', 'better', 1)], recall, editTo('better')),
      'a reaction is not stored': () => changedPast(entry(3), [reaction(4, 'c1')], react()),
      'a reaction stays on a recalled message': async () => {
        const story = await changedPast(
          BLANK,
          [reaction(4, 'c1'), changeEntry(5, 'c2', { $case: 'recall', value: { targetSeq: 3 } })],
          react(),
          recall,
        );
        story.reactions.add(`${PLACE} ann 👍`);
        return story;
      },
      'a pin that nobody set': async () => {
        const story = await past();
        story.pins.add(PLACE);
        return story;
      },
      'a message was not found, and nobody took it back': async () =>
        refused(await past(), editTo('better'), 'NOT_FOUND'),
      'what was deleted for oneself is seen': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'hide', seqs: [2] });
        return story;
      },
      'an entry is hidden by nobody': async () => {
        const story = await past();
        story.members.set(CHAT, bob({ hidden: new Set([2]) }));
        return story;
      },
      'a clear left something': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'clear', throughSeq: 3 });
        story.members.set(CHAT, bob({ clearedSeq: 2, readSeq: 3 }));
        return story;
      },
      'a clear took what came after it': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'clear', throughSeq: 2 });
        story.members.set(CHAT, bob({ clearedSeq: 3, readSeq: 3 }));
        return story;
      },
      'the history was cleared by nobody': async () => {
        const story = await past();
        story.members.set(CHAT, bob({ clearedSeq: 2 }));
        return story;
      },
      'an older setting stands': () => withSettings({ draft: 'old' }, 'old', 'new'),
      'a setting is lost': () => withSettings({}, 'new'),
      'a setting that nobody gave': () => withSettings({ muted: true }),
      'a mention is lost': () => mentioning(0),
    },
    good: {
      'a message was recalled': recalled,
      'an edited message was recalled': () =>
        changedPast(
          entry(3, { content: undefined, state: Entry_State.RECALLED, revision: 1 }),
          [
            edit(4, 'c1', 'better', 1),
            changeEntry(5, 'c2', { $case: 'recall', value: { targetSeq: 3 } }),
          ].map((each, index) =>
            index === 0 ? { ...each, content: undefined, state: Entry_State.RECALLED } : each,
          ),
          editTo('better'),
          recall,
        ),
      'the newer of two edits stands': () =>
        changedPast(
          entry(3, { content: text('best'), revision: 2 }),
          [edit(4, 'c1', 'better', 1), edit(5, 'c2', 'best', 2)],
          editTo('better'),
          editTo('best'),
        ),
      'a reaction was taken away again': () =>
        changedPast(entry(3), [reaction(4, 'c1'), reaction(5, 'c2', true)], react(), react(true)),
      'a change of unknown outcome was carried out': async () => {
        const story = await changedPast(BLANK, [RECALL]);
        const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'c1', change: recall };
        const unknown = new DomainError('UNAVAILABLE', 'no');
        await story.history.change(about, () => Promise.reject(unknown)).catch(() => 0);
        return story;
      },
      'a message was not found because it had been recalled': async () =>
        refused(await recalled(), editTo('better'), 'NOT_FOUND'),
      'a reaction was there before': async () => {
        const story = await changedPast(entry(3), [reaction(4, 'c1')], react());
        await asked(story.history, 'c2', 0, react());
        story.reactions.add(`${PLACE} ann 👍`);
        return story;
      },
      'the newest setting stands': () => withSettings({ draft: 'new' }, 'old', 'new'),
      'something came after a clear': async () => {
        const story = await past({ stored: three });
        story.history.sends.pop();
        await didOwn(story.history, { kind: 'clear', throughSeq: 2 });
        await sent(story.history, 'm3', 3);
        story.members.set(CHAT, bob({ clearedSeq: 2, readSeq: 2 }));
        return story;
      },
      'what was cleared is no longer hidden': async () => {
        const story = await past();
        await didOwn(story.history, { kind: 'hide', seqs: [2] });
        await didOwn(story.history, { kind: 'clear', throughSeq: 3 });
        story.members.set(CHAT, bob({ clearedSeq: 3, readSeq: 3 }));
        return story;
      },
    },
  },
} as const satisfies Record<string, Stories>;
