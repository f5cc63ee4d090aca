import { Entry_State, Sender_Kind, type Entry } from '@queqiao/protocol/client';
import type { QueqiaoClient } from '../client.js';
import type { ConversationView } from '../replica/conversation-view.js';
import type { MessageView } from '../replica/message-view.js';
import { saidIn } from './deed-of.js';
import type { Mentions } from './model-conversation.js';

/** All that one device shows, to be compared with what it ought to. */
export interface Shown {
  /** Conversations of the list, from top to bottom. */
  readonly list: readonly string[];
  readonly totalUnread: number;
  readonly totalUnreadMuted: number;
  /** Hidden ones too. */
  readonly conversations: Readonly<Record<string, ShownConversation>>;
}

export interface ShownConversation {
  readonly view: ShownView;
  readonly messages: readonly ShownMessage[];
  /** The log line by line: the seq, and the kind of what is said or why it is blank. */
  readonly lines: readonly string[];
  /** Seqs of the messages pinned for everyone. */
  readonly pinned: readonly number[];
}

/** Every field of a conversation's view; of its last entry what a list draws. */
export type ShownView = Omit<ConversationView, 'lastEntry'> & {
  readonly last: { readonly seq: number; readonly state: State; readonly text: string } | undefined;
};

/** Every field of a message's view; of its content the text and who is named. */
export type ShownMessage = Omit<MessageView, 'conversationId' | 'sender' | 'content'> & {
  /** Empty: the system. */
  readonly sender: string;
  readonly text: string;
  readonly mentions: Mentions;
};

type State = MessageView['state'];

const STATES: Readonly<Record<Entry_State, State>> = {
  [Entry_State.UNSPECIFIED]: 'shown',
  [Entry_State.RECALLED]: 'recalled',
  [Entry_State.DELETED]: 'deleted',
  [Entry_State.UNRECOGNIZED]: 'deleted',
};

/** What a device shows now, asked for like an application does. */
export function shownBy(client: QueqiaoClient): Shown {
  const views = client.conversations({ hidden: true });
  return {
    list: client.conversations().map(({ conversationId }) => conversationId),
    totalUnread: client.totalUnread(),
    totalUnreadMuted: client.totalUnreadMuted(),
    conversations: Object.fromEntries(
      views.map((view) => [
        view.conversationId,
        {
          view: shownView(view),
          messages: client.messages(view.conversationId).map(shownMessage),
          lines: client.entries(view.conversationId).map(shownLine),
          pinned: client.pinnedMessages(view.conversationId),
        },
      ]),
    ),
  };
}

function shownView({ lastEntry, ...view }: ConversationView): ShownView {
  if (lastEntry === undefined) return { ...view, last: undefined };
  const { seq, state, content } = lastEntry;
  return { ...view, last: { seq, state: STATES[state], text: saidIn(content).text } };
}

function shownMessage(message: MessageView): ShownMessage {
  const { conversationId: _id, sender, content, ...rest } = message;
  return {
    ...rest,
    ...saidIn(content),
    sender: sender?.kind === Sender_Kind.USER ? sender.id : '',
  };
}

function shownLine({ seq, state, content }: Entry): string {
  return `${seq} ${content === undefined ? STATES[state] : (content.body?.$case ?? 'nothing')}`;
}
