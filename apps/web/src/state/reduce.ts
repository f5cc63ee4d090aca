import type { GroupsState } from './group-state.js';
import type { MomentsState } from './moments-state.js';
import {
  NO_LOG,
  type ChatState,
  type Connection,
  type ConversationSummary,
  type Line,
  type Outgoing,
} from './chat-state.js';
import { reducePeople, type PeopleChange } from './people-state.js';

/** Everything that can happen to what the page shows. */
export type ChatEvent =
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'conversations'; readonly conversations: readonly ConversationSummary[] }
  | {
      readonly type: 'lines';
      readonly conversationId: string;
      readonly lines: readonly Line[];
      /** Nothing older can be loaded. */
      readonly complete: boolean;
    }
  /** These are no longer shown to this person. */
  | {
      readonly type: 'gone';
      readonly conversationId: string;
      readonly seqs: readonly number[];
    }
  /** All messages on their way, in the order of writing. */
  | { readonly type: 'outgoing'; readonly messages: readonly Outgoing[] }
  | { readonly type: 'nicknames'; readonly nicknames: ReadonlyMap<string, string> }
  | { readonly type: 'people'; readonly change: PeopleChange }
  | { readonly type: 'groups'; readonly change: Partial<GroupsState> }
  | { readonly type: 'moments'; readonly change: Partial<MomentsState> }
  | { readonly type: 'opened'; readonly conversationId: string | undefined }
  /** The server's log is another one than before: nothing known is true any more. */
  | { readonly type: 'reset' };

export function reduce(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case 'connection':
      return {
        ...state,
        connection: event.connection,
        synced: state.synced || event.connection.kind === 'online',
      };
    case 'conversations':
      return { ...state, conversations: withConversations(state, event.conversations) };
    case 'lines':
      return withLines(state, event.conversationId, event.lines, event.complete);
    case 'gone':
      return withoutLines(state, event.conversationId, event.seqs);
    case 'outgoing':
      return { ...state, outgoing: event.messages };
    case 'nicknames':
      return { ...state, nicknames: new Map([...state.nicknames, ...event.nicknames]) };
    case 'people':
      return { ...state, people: reducePeople(state.people, event.change) };
    case 'groups':
      return { ...state, groups: { ...state.groups, ...event.change } };
    case 'moments':
      return { ...state, moments: { ...state.moments, ...event.change } };
    case 'opened':
      return { ...state, openId: event.conversationId, log: NO_LOG };
    case 'reset':
      return { ...state, conversations: new Map(), log: NO_LOG, synced: false };
  }
}

function withConversations(
  state: ChatState,
  changed: readonly ConversationSummary[],
): ReadonlyMap<string, ConversationSummary> {
  const all = new Map(state.conversations);
  for (const conversation of changed) all.set(conversation.id, conversation);
  return all;
}

/** Lines of a conversation that is not open are dropped: opening it brings them again. */
function withLines(
  state: ChatState,
  conversationId: string,
  lines: readonly Line[],
  complete: boolean,
): ChatState {
  if (conversationId !== state.openId) return state;
  return { ...state, log: { lines: mergeLines(state.log.lines, lines), complete } };
}

function withoutLines(
  state: ChatState,
  conversationId: string,
  seqs: readonly number[],
): ChatState {
  if (conversationId !== state.openId) return state;
  const lines = state.log.lines.filter(({ seq }) => !seqs.includes(seq));
  return { ...state, log: { ...state.log, lines } };
}

/** Ascending by seq; a line that comes again replaces the older copy. */
function mergeLines(known: readonly Line[], added: readonly Line[]): readonly Line[] {
  const last = known.at(-1)?.seq ?? 0;
  const ascends = added.every((line, index) => line.seq > (added[index - 1]?.seq ?? last));
  if (ascends) return [...known, ...added];
  const bySeq = new Map([...known, ...added].map((line) => [line.seq, line]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
