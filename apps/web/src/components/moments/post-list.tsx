import type { ChatState } from '../../state/chat-state.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import { PostCard } from './post-card.js';
import { useNearEnd } from './use-near-end.js';

/** The posts of what is open, or why there are none. */
export function PostList({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { view, posts, status, complete } = state.moments;
  const { busy, problem, run } = useTask();
  if (status === 'failed') {
    return (
      <div class="empty">
        <p class="problem">{t('postsFailed')}</p>
        <button type="button" disabled={busy} onClick={() => void run(() => moments.refresh())}>
          {t('retry')}
        </button>
        <ProblemText text={problem} />
      </div>
    );
  }
  if (status === 'loading') return <p class="empty muted">{t('loading')}</p>;
  const isMine = view?.kind === 'timeline';
  return (
    <>
      <ul class="posts">
        {posts.map((post) => (
          <PostCard key={post.postId} state={state} post={post} />
        ))}
      </ul>
      {posts.length === 0 && complete && (
        <p class="empty muted">
          {t(view?.kind === 'post' ? 'postGone' : isMine ? 'noOwnPosts' : 'noPosts')}
        </p>
      )}
      <End state={state} />
    </>
  );
}

/** Older posts come when it is near; of a page that could not be had it is said why. */
function End({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { posts, complete } = state.moments;
  const { busy, problem, run } = useTask();
  const load = (): void => void run(() => moments.loadMore());
  const end = useNearEnd(() => {
    if (!complete && !busy && problem === undefined) load();
  }, `${posts.length} ${complete} ${busy}`);
  return (
    <div ref={end} class="posts-end muted small">
      {!complete && problem === undefined && t('loading')}
      {complete && posts.length > 0 && t('thatIsAll')}
      <ProblemText text={problem} />
      {problem !== undefined && (
        <button type="button" disabled={busy} onClick={load}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}
