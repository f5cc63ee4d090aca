import { useEffect, useRef } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { totalUnread } from '../state/conversation-view.js';
import type { ChatEvent } from '../state/reduce.js';
import type { Store } from '../state/store.js';
import { ConnectionBanner } from './connection-banner.js';
import { ConversationPane } from './conversation-pane.js';
import { useTexts } from './page-context.js';
import { MomentsPane } from './moments/moments-pane.js';
import { Sidebar } from './sidebar.js';
import { useStore } from './use-store.js';

interface ChatPageProps {
  readonly store: Store<ChatState, ChatEvent>;
  /** Shown when it is not the first, so that two windows can be told apart. */
  readonly deviceSlot: string;
}

export function ChatPage({ store, deviceSlot }: ChatPageProps) {
  const { t } = useTexts();
  const state = useStore(store);
  const drafts = useRef(new Map<string, string>());
  const unread = totalUnread(state);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t('appName')}` : t('appName');
  }, [unread, t]);
  const { view } = state.moments;
  const isAtList = state.openId === undefined && view === undefined;
  return (
    <div class={isAtList ? 'chat at-list' : 'chat at-pane'}>
      <ConnectionBanner connection={state.connection} />
      <div class="columns">
        <Sidebar state={state} deviceSlot={deviceSlot} />
        {view === undefined ? (
          <ConversationPane state={state} drafts={drafts.current} />
        ) : (
          <MomentsPane state={state} view={view} />
        )}
      </div>
    </div>
  );
}
