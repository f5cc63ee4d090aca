import { useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import type { MomentsView } from '../../state/moments-state.js';
import { Icon } from '../icons.js';
import { useActions, useTexts, type Texts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import { MomentsCover } from './moments-cover.js';
import { NewsMark } from './moments-button.js';
import { NoticeList } from './notice-list.js';
import { PostComposer } from './post-composer.js';
import { PostList } from './post-list.js';
import { usePull } from './use-pull.js';

interface MomentsPaneProps {
  readonly state: ChatState;
  readonly view: MomentsView;
}

/** Posts of friends, of one person, or one post, and the notices. */
export function MomentsPane({ state, view }: MomentsPaneProps) {
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  const refresh = (): void => void run(() => moments.refresh());
  const pull = usePull(refresh);
  const hasCover = view.kind === 'timeline' || view.kind === 'person';
  const ownerId = view.kind === 'person' ? view.userId : state.meId;
  return (
    <main class="pane moments" data-moments={view.kind}>
      <MomentsBar state={state} view={view} busy={busy} onRefresh={refresh} />
      <div class="scroll moments-scroll" {...pull}>
        <ProblemText text={problem} />
        {hasCover && <MomentsCover state={state} userId={ownerId} />}
        {view.kind === 'notices' ? <NoticeList state={state} /> : <PostList state={state} />}
      </div>
    </main>
  );
}

interface MomentsBarProps extends MomentsPaneProps {
  readonly busy: boolean;
  readonly onRefresh: () => void;
}

function MomentsBar({ state, view, busy, onRefresh }: MomentsBarProps) {
  const texts = useTexts();
  const { t } = texts;
  const { moments } = useActions();
  const [composing, setComposing] = useState(false);
  const back = view.kind === 'timeline' ? undefined : ({ kind: 'timeline' } as const);
  return (
    <header class="bar">
      <button
        type="button"
        class={view.kind === 'timeline' ? 'plain back' : 'plain'}
        aria-label={t('back')}
        onClick={() => moments.open(back)}
      >
        <Icon name="back" />
      </button>
      <div class="bar-text">
        <h1 class="bar-title">{titleOf(state, view, texts)}</h1>
      </div>
      <BarButton icon="renew" label={t('refresh')} disabled={busy} onClick={onRefresh} />
      {view.kind !== 'notices' && (
        <button
          type="button"
          class="plain with-dot"
          title={t('notices')}
          aria-label={t('notices')}
          onClick={() => moments.open({ kind: 'notices' })}
        >
          <Icon name="bell" />
          <NewsMark unread={state.moments.unreadNotices} hasNew={false} />
        </button>
      )}
      <BarButton icon="camera" label={t('newPost')} onClick={() => setComposing(true)} />
      {composing && <PostComposer state={state} onClose={() => setComposing(false)} />}
    </header>
  );
}

interface BarButtonProps {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function BarButton({ icon, label, disabled = false, onClick }: BarButtonProps) {
  return (
    <button
      type="button"
      class="plain"
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function titleOf(state: ChatState, view: MomentsView, { t }: Texts): string {
  if (view.kind === 'notices') return t('notices');
  return view.kind === 'person' ? t('postsOf', nameOf(state, view.userId)) : t('moments');
}
