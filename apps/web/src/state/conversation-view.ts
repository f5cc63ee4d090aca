import { describeConversation } from '@queqiao/domain';
import type { ChatState, ConversationSummary } from './chat-state.js';

export interface ConversationView extends ConversationSummary {
  readonly kind: 'direct' | 'group' | 'self';
  /** Whose chat it is; for groups undefined. */
  readonly peerId: string | undefined;
  /** What to call it; empty for notes to self. */
  readonly title: string;
}

/** What to call a user: the person's own name for a friend, the nickname, or the id while there is none. */
export function nameOf(state: Pick<ChatState, 'nicknames' | 'people'>, userId: string): string {
  const remark = state.people.friends.get(userId)?.remark;
  return remark || state.nicknames.get(userId) || userId;
}

/** The same in the open group, where members may have other names. */
export function nameHere(
  state: Pick<ChatState, 'nicknames' | 'people' | 'groups'>,
  userId: string,
): string {
  const member = state.groups.open?.members.find((one) => one.userId === userId);
  return member?.name || nameOf(state, userId);
}

/** A conversation as it is shown; one that does not exist yet is empty. Undefined for what is not an id of one of mine. */
export function viewOf(state: ChatState, id: string): ConversationView | undefined {
  const ref = describeConversation(id);
  if (ref === undefined || ref.kind === 'self') return undefined;
  const known = state.conversations.get(id);
  const summary = known ?? { id, name: '', unread: 0, activeMs: 0, last: undefined };
  if (ref.kind === 'group') {
    const title = summary.name || ref.group;
    return { ...summary, kind: 'group', peerId: undefined, title };
  }
  const isMine = ref.a === state.meId || ref.b === state.meId;
  if (!isMine) return undefined;
  const peerId = ref.a === state.meId ? ref.b : ref.a;
  if (peerId === state.meId) return { ...summary, kind: 'self', peerId, title: '' };
  return { ...summary, kind: 'direct', peerId, title: nameOf(state, peerId) };
}

/** The list: most recently active first, the open one among them even before anything was said in it. */
export function conversationList(state: ChatState): ConversationView[] {
  const ids = new Set(state.conversations.keys());
  if (state.openId !== undefined && describeConversation(state.openId)?.kind === 'direct') {
    ids.add(state.openId);
  }
  return [...ids]
    .map((id) => viewOf(state, id))
    .filter((view) => view !== undefined)
    .sort((a, b) => activity(b) - activity(a) || (a.id < b.id ? -1 : 1));
}

/** A chat that was just opened and has no line yet stands on top. */
function activity(view: ConversationView): number {
  return view.activeMs === 0 ? Number.POSITIVE_INFINITY : view.activeMs;
}

export function totalUnread(state: ChatState): number {
  let total = 0;
  for (const { unread } of state.conversations.values()) total += unread;
  return total;
}
