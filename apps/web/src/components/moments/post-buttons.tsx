import { useState } from 'preact/hooks';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import type { PostProps } from './post-card.js';
import { ShareSheet } from './share-sheet.js';

/** Like, comment, share. */
export function PostButtons({ state, post, onComment }: PostProps & { onComment: () => void }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { problem, run } = useTask();
  const [sharing, setSharing] = useState(false);
  const { mine } = post.likes;
  return (
    <div class="post-buttons">
      <button
        type="button"
        class={mine ? 'plain liked' : 'plain'}
        aria-pressed={mine}
        onClick={() => void run(() => moments.like(post.postId, !mine))}
      >
        <Icon name="heart" size={16} /> {t(mine ? 'unlike' : 'like')}
      </button>
      <button type="button" class="plain" onClick={onComment}>
        <Icon name="speech" size={16} /> {t('comment')}
      </button>
      <button type="button" class="plain" onClick={() => setSharing(true)}>
        <Icon name="pass" size={16} /> {t('share')}
      </button>
      <ProblemText text={problem} />
      {sharing && <ShareSheet state={state} post={post} onClose={() => setSharing(false)} />}
    </div>
  );
}
