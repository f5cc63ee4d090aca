import { DomainError, type ErrorCode } from '@queqiao/domain';
import { Entry_State, type Entry } from '@queqiao/protocol/client';
import type { MessageChange } from './changes.js';
import type { StoredSettings } from './history-input.js';
import {
  asked,
  bob,
  changeEntry,
  CHAT,
  didOwn,
  entry,
  member,
  past,
  text,
  type Past,
} from './past.fixture.js';

export const PLACE = `${CHAT}#3`;
export const RECALL = changeEntry(4, 'c1', { $case: 'recall', value: { targetSeq: 3 } });
export const BLANK = entry(3, { content: undefined, state: Entry_State.RECALLED });
export const EDITED = entry(3, { content: text('better'), revision: 1 });

export function edit(seq: number, id: string, words: string, revision: number): Entry {
  const value = { targetSeq: 3, content: text(words), revision };
  return changeEntry(seq, id, { $case: 'edit', value });
}

export function reaction(seq: number, id: string, removed = false): Entry {
  const value = { targetSeq: 3, emoji: '👍', removed };
  return changeEntry(seq, id, { $case: 'reaction', value });
}

/** Message 3 is stored so, with these entries after it; the changes were acknowledged one after another, from 4 on. */
export async function changedPast(
  third: Entry,
  after: readonly Entry[],
  ...changes: readonly MessageChange[]
): Promise<Past> {
  const stored = [entry(1), entry(2), third, ...after];
  const story = await past({ stored });
  for (const [index, change] of changes.entries()) {
    await asked(story.history, `c${index + 1}`, index + 4, change);
  }
  return story;
}

export const recall: MessageChange = { kind: 'recall', targetSeq: 3 };
export const editTo = (words: string): MessageChange => ({
  kind: 'edit',
  targetSeq: 3,
  text: words,
});
export const react = (removed = false): MessageChange => ({
  kind: 'react',
  targetSeq: 3,
  emoji: '👍',
  removed,
});

export async function refused(story: Past, change: MessageChange, code: ErrorCode): Promise<Past> {
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'c9', change };
  const error = new DomainError(code, 'no');
  await story.history.change(about, () => Promise.reject(error)).catch(() => 0);
  return story;
}

export async function withSettings(
  settings: StoredSettings,
  ...drafts: readonly string[]
): Promise<Past> {
  const story = await past();
  for (const draft of drafts) {
    await didOwn(story.history, { kind: 'settings', settings: { draft } });
  }
  story.members.set(CHAT, bob({ settings }));
  return story;
}

/** Ann's fourth message names Bob. */
export async function mentioning(mentionedSeq: number, readSeq = 0): Promise<Past> {
  const story = await past({ stored: [1, 2, 3, 4].map((seq) => entry(seq)) });
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'm4', text: 'text 4' };
  await story.history.send({ ...about, mentions: ['bob'] }, () => Promise.resolve(4));
  const users = [
    ['ann', member({ readSeq: 4 })],
    ['bob', member({ mentionedSeq, readSeq })],
  ] as const;
  story.members.set(CHAT, new Map(users));
  return story;
}

export const recalled = (): Promise<Past> => changedPast(BLANK, [RECALL], recall);
export const three = [entry(1), entry(2), entry(3)];
