import { useState } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { whySilent } from '../state/group-state.js';
import { viewOf, type ConversationView } from '../state/conversation-view.js';
import { Avatar } from './avatar.js';
import { Composer } from './composer.js';
import { ContactDialog } from './contacts/contact-dialog.js';
import { usePresenceText } from './contacts/person-row.js';
import { GroupPanel } from './group-panel.js';
import { Icon } from './icons.js';
import { MessageList } from './message-list.js';
import { useActions, useTexts } from './page-context.js';

interface ConversationPaneProps {
  readonly state: ChatState;
  /** What was written and not sent, by conversation; lives as long as the page. */
  readonly drafts: Map<string, string>;
}

export function ConversationPane({ state, drafts }: ConversationPaneProps) {
  const { t } = useTexts();
  const actions = useActions();
  const conversation = state.openId === undefined ? undefined : viewOf(state, state.openId);
  if (!conversation) {
    return (
      <main class="pane nothing">
        <Icon name="bridge" size={64} />
        <p class="muted">{t('pickConversation')}</p>
      </main>
    );
  }
  const { id } = conversation;
  const silent = whySilent(state.groups, Date.now());
  return (
    <main class="pane" data-open={id}>
      <PaneBar key={`bar-${id}`} state={state} conversation={conversation} />
      <MessageList key={id} state={state} conversation={conversation} />
      {silent ? (
        <p class="silent muted">{t(silent)}</p>
      ) : (
        <Composer
          key={`composer-${id}`}
          draft={drafts.get(id) ?? ''}
          onDraft={(text) => (text === '' ? drafts.delete(id) : drafts.set(id, text))}
          onSend={(text) => actions.send(id, text)}
        />
      )}
    </main>
  );
}

interface PaneBarProps {
  readonly state: ChatState;
  readonly conversation: ConversationView;
}

function PaneBar({ state, conversation }: PaneBarProps) {
  const { t } = useTexts();
  const [panel, setPanel] = useState(false);
  const actions = useActions();
  const [about, setAbout] = useState(false);
  const presence = usePresenceText(state, conversation.peerId ?? '');
  const { id, kind, peerId } = conversation;
  const title = kind === 'self' ? t('notesToSelf') : conversation.title;
  const words = kind === 'group' ? [t('group')] : [peerId ?? '', presence];
  const note = words.filter((word) => word !== '' && word !== title).join(' · ');
  return (
    <header class="bar">
      <button
        type="button"
        class="plain back"
        aria-label={t('back')}
        onClick={() => actions.open(undefined)}
      >
        <Icon name="back" />
      </button>
      <Avatar
        id={peerId ?? id}
        name={title}
        square={kind === 'group'}
        picture={kind === 'group' ? state.groups.open?.avatarUrl : undefined}
      />
      <div class="bar-text">
        <h1 class="bar-title">{title}</h1>
        {note !== '' && <span class="note">{note}</span>}
      </div>
      {kind === 'direct' && peerId !== undefined && (
        <button
          type="button"
          class="plain"
          title={t('details', title)}
          aria-label={t('details', title)}
          onClick={() => setAbout(true)}
        >
          <Icon name="person" />
        </button>
      )}
      {about && peerId !== undefined && (
        <ContactDialog state={state} userId={peerId} onClose={() => setAbout(false)} />
      )}
      {kind === 'group' && (
        <button
          type="button"
          class="plain"
          title={t('groupPanel')}
          aria-label={t('groupPanel')}
          onClick={() => setPanel(true)}
        >
          <Icon name="group" />
        </button>
      )}
      {panel && kind === 'group' && <GroupPanel state={state} onClose={() => setPanel(false)} />}
    </header>
  );
}
