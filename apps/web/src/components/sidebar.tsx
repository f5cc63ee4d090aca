import { useState } from 'preact/hooks';
import type { ChatState, Connection } from '../state/chat-state.js';
import { nameOf } from '../state/conversation-view.js';
import { Avatar } from './avatar.js';
import { ContactsPanel } from './contacts/contacts-panel.js';
import { ProfileDialog } from './contacts/profile-dialog.js';
import { SidebarTabs, type SidebarTab } from './contacts/sidebar-tabs.js';
import { ConversationList } from './conversation-list.js';
import { GroupEntrances } from './group-entrances.js';
import { Icon } from './icons.js';
import { MomentsButton } from './moments/moments-button.js';
import { NewChatDialog } from './new-chat-dialog.js';
import { NewGroupDialog } from './new-group-dialog.js';
import { useActions, useTexts } from './page-context.js';

/** Who one is, what one can begin, and the list of conversations. */
export function Sidebar({ state, deviceSlot }: { state: ChatState; deviceSlot: string }) {
  const { t } = useTexts();
  const actions = useActions();
  const [dialog, setDialog] = useState<'chat' | 'group' | 'profile' | undefined>(undefined);
  const [tab, setTab] = useState<SidebarTab>('chats');
  const { profile, unreadRequests } = state.people;
  const name = nameOf(state, state.meId);
  const close = (): void => setDialog(undefined);
  return (
    <aside class="sidebar">
      <header class="bar">
        <Avatar id={state.meId} name={name} />
        <div class="bar-text">
          <strong class="bar-title" data-me={state.meId}>
            {name}
          </strong>
          <ConnectionNote connection={state.connection} deviceSlot={deviceSlot} />
        </div>
        <MomentsButton moments={state.moments} />
        <button
          type="button"
          class="plain"
          title={t('myProfile')}
          aria-label={t('myProfile')}
          disabled={profile === undefined}
          onClick={() => setDialog('profile')}
        >
          <Icon name="person" />
        </button>
        <button
          type="button"
          class="plain"
          title={t('signOut')}
          aria-label={t('signOut')}
          onClick={() => actions.signOut()}
        >
          <Icon name="leave" />
        </button>
      </header>
      <SidebarTabs tab={tab} unread={unreadRequests} onTab={setTab} />
      {tab === 'contacts' ? (
        <ContactsPanel state={state} />
      ) : (
        <Chats state={state} onBegin={setDialog} />
      )}
      {dialog === 'chat' && <NewChatDialog onClose={close} />}
      {dialog === 'group' && <NewGroupDialog onClose={close} />}
      {dialog === 'profile' && profile && <ProfileDialog profile={profile} onClose={close} />}
    </aside>
  );
}

interface ChatsProps {
  readonly state: ChatState;
  readonly onBegin: (what: 'chat' | 'group') => void;
}

function Chats({ state, onBegin }: ChatsProps) {
  const { t } = useTexts();
  return (
    <>
      <div class="begin">
        <button type="button" onClick={() => onBegin('chat')}>
          <Icon name="chat" size={18} />
          {t('newChat')}
        </button>
        <button type="button" onClick={() => onBegin('group')}>
          <Icon name="group" size={18} />
          {t('newGroup')}
        </button>
      </div>
      <GroupEntrances state={state} />
      <nav class="scroll" aria-label={t('conversations')}>
        <ConversationList state={state} />
      </nav>
    </>
  );
}

function ConnectionNote({
  connection,
  deviceSlot,
}: {
  connection: Connection;
  deviceSlot: string;
}) {
  const { t } = useTexts();
  const { kind } = connection;
  const key = kind === 'online' || kind === 'connecting' || kind === 'syncing' ? kind : 'offline';
  return (
    <span class={`note ${key}`} data-connection={kind}>
      {t(key)}
      {deviceSlot !== '1' && ` · ${t('device', deviceSlot)}`}
    </span>
  );
}
