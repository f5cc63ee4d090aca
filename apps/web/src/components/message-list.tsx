import { useEffect, useMemo } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import type { ConversationView } from '../state/conversation-view.js';
import { timeline } from '../state/timeline.js';
import { Icon } from './icons.js';
import { LogItem } from './log-item.js';
import { useActions, useTexts } from './page-context.js';
import { useScroll } from './use-scroll.js';
import { useShown } from './use-shown.js';
import { useVisible } from './use-visible.js';

interface MessageListProps {
  readonly state: ChatState;
  readonly conversation: ConversationView;
}

/** The log, the newest at the bottom. Seeing the bottom marks it read. */
export function MessageList({ state, conversation }: MessageListProps) {
  const { t, times } = useTexts();
  const actions = useActions();
  const { id, peerId, unread } = conversation;
  const { log, outgoing } = state;
  const { lines } = log;
  const { shown, loading, onTop } = useShown(state, id);
  const items = useMemo(
    () =>
      timeline({
        meId: state.meId,
        peerId,
        lines: lines.slice(-shown),
        outgoing: outgoing.filter(({ conversationId }) => conversationId === id),
        dayOf: times.dayOf,
      }),
    [state.meId, peerId, lines, shown, outgoing, id, times],
  );
  const last = items.at(-1);
  const scroll = useScroll({
    firstKey: String(lines.at(-shown)?.seq ?? lines[0]?.seq ?? ''),
    lastKey: last?.key ?? '',
    lastIsMine: last?.kind === 'bubble' && last.mine,
    onTop,
  });
  const visible = useVisible();
  const seen = visible && scroll.atBottom && unread > 0;
  const newestSeq = lines.at(-1)?.seq ?? 0;
  useEffect(() => {
    if (seen) actions.markRead(id);
  }, [seen, newestSeq, id, actions]);

  const atBeginning = log.complete && shown >= lines.length;
  return (
    <div class="log-frame">
      <div
        class="log scroll"
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        role="log"
        aria-live="polite"
        aria-label={t('message')}
        tabIndex={0}
      >
        <p class="log-top muted small">
          {loading && t('loadingOlder')}
          {!loading && atBeginning && t(items.length === 0 ? 'noMessages' : 'beginning')}
        </p>
        <ol>
          {items.map((item) => (
            <LogItem key={item.key} item={item} state={state} conversation={conversation} />
          ))}
        </ol>
      </div>
      {!scroll.atBottom && <ToNewest hasNew={scroll.hasNew} onClick={scroll.toBottom} />}
    </div>
  );
}

function ToNewest({ hasNew, onClick }: { hasNew: boolean; onClick: () => void }) {
  const { t } = useTexts();
  return (
    <button
      type="button"
      class={hasNew ? 'to-newest new' : 'to-newest'}
      aria-label={t('toNewest')}
      onClick={onClick}
    >
      {hasNew && <span>{t('newMessages')}</span>}
      <Icon name="down" size={18} />
    </button>
  );
}
