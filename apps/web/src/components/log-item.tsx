import type { ChatState } from '../state/chat-state.js';
import { nameHere, nameOf, type ConversationView } from '../state/conversation-view.js';
import type { TimelineItem } from '../state/timeline.js';
import { groupNoticeText } from '../text/group-notice.js';
import { Bubble } from './bubble.js';
import { useTexts } from './page-context.js';

interface ItemProps {
  readonly item: TimelineItem;
  readonly state: ChatState;
  readonly conversation: ConversationView;
}

/** One thing in the log: a day, a notice or a message. */
export function LogItem({ item, state, conversation }: ItemProps) {
  const { t, times } = useTexts();
  if (item.kind === 'day') {
    return (
      <li class="day">
        <span>{times.day(item.atMs)}</span>
      </li>
    );
  }
  if (item.kind === 'notice') {
    const { body, senderId = conversation.peerId ?? '' } = item.line;
    const text =
      body.kind === 'group-created'
        ? t('groupCreated', nameOf(state, body.creatorId), body.name)
        : body.kind === 'became-friends'
          ? t('becameFriends', nameOf(state, conversation.peerId ?? ''))
          : body.kind === 'text'
            ? body.text
            : body.kind === 'group'
              ? groupNoticeText(t, (id) => nameHere(state, id), item.line.senderId, body.notice)
              : body.kind === 'taken-back'
                ? t('takenBack', nameOf(state, senderId))
                : t('unknownContent');
    return (
      <li class="notice">
        <span>{text}</span>
      </li>
    );
  }
  return (
    <Bubble
      item={item}
      conversationId={conversation.id}
      senderName={nameHere(state, item.senderId)}
      named={conversation.kind === 'group'}
    />
  );
}
