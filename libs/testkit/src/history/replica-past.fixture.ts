import { Entry_State, type Entry } from '@queqiao/protocol/client';
import { CHAT, type Past } from './past.fixture.js';
import {
  contentDigestOf,
  type KeptEntry,
  type ShownConversation,
  type ShownMessage,
} from './shown.js';

const OWN = {
  pinned: false,
  muted: false,
  hidden: false,
  markedUnread: false,
  draft: '',
  remark: '',
};

export function shown(of: Entry, changes: Partial<ShownMessage> = {}): ShownMessage {
  const contentDigest = contentDigestOf(of.content);
  return { seq: of.seq, state: 'shown', contentDigest, reactions: [], pinned: false, ...changes };
}

/** Bob's phone shows the story's messages, or these, and so on. */
export function showing(story: Past, changes: Partial<ShownConversation> = {}, count = 3): Past {
  const entries = story.table.get(CHAT) ?? [];
  const messages = entries.slice(0, 3).map((each) => {
    return shown(each, each.state === Entry_State.RECALLED ? { state: 'recalled' } : {});
  });
  const kept = keptOf(entries);
  const own = { settings: OWN, readSeq: 0, mentionedSeq: 0 };
  const conversation: ShownConversation = { ...own, messages, kept, ...changes };
  const unread = new Map([[CHAT, count]]);
  const rest = { device: 'bob/phone', userId: 'bob', unread };
  story.history.rests.push({ ...rest, shown: new Map([[CHAT, conversation]]) });
  return story;
}

/** What a store holds that has these. */
export function keptOf(entries: readonly Entry[]): KeptEntry[] {
  return entries.map(({ seq, state, content }) => {
    return { seq, state, contentDigest: contentDigestOf(content) };
  });
}
