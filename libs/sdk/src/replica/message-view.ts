import { Entry_State, type Content, type Entry, type Sender } from '@queqiao/protocol/client';
import { changeOf, type Change } from './change.js';
import type { ChangeIndex, Reaction } from './change-index.js';

/** One message or event as a conversation shows it. A snapshot: later changes come as `messages` events. */
export interface MessageView {
  readonly conversationId: string;
  readonly seq: number;
  readonly sender: Sender | undefined;
  readonly clientMsgId: string;
  readonly createdMs: number;
  /** `recalled` and `deleted` ones have no content. */
  readonly state: 'shown' | 'recalled' | 'deleted';
  /** As of the newest edit. */
  readonly content: Content | undefined;
  readonly edited: boolean;
  readonly reactions: readonly Reaction[];
  /** For everyone in the conversation, as far as the loaded part of the log says. */
  readonly pinned: boolean;
  /** A change of it is on its way. Edits, reactions and pins are shown already, taking it back is not. */
  readonly changing: boolean;
}

const STATES = {
  [Entry_State.UNSPECIFIED]: 'shown',
  [Entry_State.RECALLED]: 'recalled',
  [Entry_State.DELETED]: 'deleted',
  [Entry_State.UNRECOGNIZED]: 'deleted',
} as const;

/** @param pending what `userId` does to messages and the server has not answered, in order. */
export function messageViews(
  entries: readonly Entry[],
  changes: ChangeIndex,
  pending: readonly Content[],
  userId: string,
): MessageView[] {
  const going = pending.flatMap((content) => changeOf(content) ?? []);
  return entries.map((entry) => {
    const view = viewOf(entry, changes);
    const own = going.filter(({ targetSeqs }) => targetSeqs.includes(entry.seq));
    return own.reduce((now, change) => withPending(now, change, userId), view);
  });
}

function viewOf(entry: Entry, changes: ChangeIndex): MessageView {
  const { conversationId, seq, sender, clientMsgId, createdMs, content, revision } = entry;
  return {
    conversationId,
    seq,
    sender,
    clientMsgId,
    createdMs,
    state: STATES[entry.state],
    content,
    edited: revision > 0 && content !== undefined,
    reactions: changes.reactionsTo(seq),
    pinned: changes.isPinned(seq),
    changing: false,
  };
}

function withPending(view: MessageView, change: Change, userId: string): MessageView {
  const now = { ...view, changing: true };
  if (view.state !== 'shown') return view;
  if (change.kind === 'edit' && change.content !== undefined) {
    return { ...now, content: change.content, edited: true };
  }
  if (change.kind === 'pin') return { ...now, pinned: !change.removed };
  if (change.kind !== 'reaction') return now;
  const { emoji, removed } = change;
  return { ...now, reactions: withReaction(view.reactions, emoji, userId, removed) };
}

function withReaction(
  reactions: readonly Reaction[],
  emoji: string,
  userId: string,
  removed: boolean,
): Reaction[] {
  const without = reactions.map((one) =>
    one.emoji === emoji ? { emoji, userIds: one.userIds.filter((id) => id !== userId) } : one,
  );
  if (removed) return without.filter(({ userIds }) => userIds.length > 0);
  if (!without.some((one) => one.emoji === emoji))
    return [...without, { emoji, userIds: [userId] }];
  return without.map((one) =>
    one.emoji === emoji ? { emoji, userIds: [...one.userIds, userId] } : one,
  );
}
