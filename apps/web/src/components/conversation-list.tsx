import type { ChatState, Line } from '../state/chat-state.js';
import { conversationList, nameOf, type ConversationView } from '../state/conversation-view.js';
import { groupNoticeText } from '../text/group-notice.js';
import { Avatar } from './avatar.js';
import { useActions, useTexts } from './page-context.js';

export function ConversationList({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const conversations = conversationList(state);
  if (conversations.length === 0) {
    return <p class="empty muted">{t(state.synced ? 'noConversations' : 'loading')}</p>;
  }
  return (
    <ul class="conversations" aria-label={t('conversations')}>
      {conversations.map((conversation) => (
        <Row key={conversation.id} state={state} conversation={conversation} />
      ))}
    </ul>
  );
}

function Row({ state, conversation }: { state: ChatState; conversation: ConversationView }) {
  const { t, times } = useTexts();
  const actions = useActions();
  const { id, kind, peerId, unread, last, activeMs } = conversation;
  const title = kind === 'self' ? t('notesToSelf') : conversation.title;
  return (
    <li>
      <button
        type="button"
        class="row"
        data-conversation={id}
        aria-current={state.openId === id ? 'true' : undefined}
        onClick={() => actions.open(id)}
      >
        <Avatar id={peerId ?? id} name={title} square={kind === 'group'} />
        <span class="row-text">
          <span class="row-head">
            <span class="row-title">{title}</span>
            {activeMs > 0 && <time class="row-time">{times.short(activeMs)}</time>}
          </span>
          <span class="row-foot">
            <span class="row-preview">{last ? previewOf(state, conversation, last, t) : ''}</span>
            {unread > 0 && (
              <span class="badge" aria-label={t('unreadCount', unread)}>
                {unread > 99 ? '99+' : unread}
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}

function previewOf(
  state: ChatState,
  { kind, peerId }: ConversationView,
  line: Line,
  t: ReturnType<typeof useTexts>['t'],
): string {
  const { body, senderId } = line;
  if (body.kind === 'group-created') {
    return t('groupCreated', nameOf(state, body.creatorId), body.name);
  }
  if (body.kind === 'became-friends') return t('becameFriends', nameOf(state, peerId ?? ''));
  if (body.kind === 'group') {
    return groupNoticeText(t, (id) => nameOf(state, id), senderId, body.notice);
  }
  if (body.kind === 'taken-back') return t('takenBack', nameOf(state, senderId ?? peerId ?? ''));
  const text = body.kind === 'text' ? body.text : t('unknownContent');
  if (kind === 'self' || senderId === undefined) return text;
  if (senderId === state.meId) return `${t('you')}: ${text}`;
  return kind === 'group' ? `${nameOf(state, senderId)}: ${text}` : text;
}
