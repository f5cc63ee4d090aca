import { useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import type { CommentInfo, PostInfo } from '../../state/moments-state.js';
import { Avatar } from '../avatar.js';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';
import { AudienceMark } from './audience-mark.js';
import { CommentBox } from './comment-box.js';
import { OwnPostMenu } from './own-post-menu.js';
import { PostButtons } from './post-buttons.js';
import { PostExtras } from './post-extras.js';
import { PostMedia } from './post-media.js';
import { PostReactions } from './post-reactions.js';

export interface PostProps {
  readonly state: ChatState;
  readonly post: PostInfo;
}

/** One post with all that is said to it. */
export function PostCard({ state, post }: PostProps) {
  const { moments } = useActions();
  /** What is being written: an answer to a comment, or to none. */
  const [writing, setWriting] = useState<{ to: CommentInfo | undefined } | undefined>(undefined);
  const { postId, authorId, text } = post;
  const name = nameOf(state, authorId);
  const openAuthor = (): void => moments.open({ kind: 'person', userId: authorId });
  return (
    <li class="post" data-post={postId}>
      <button type="button" class="plain post-avatar" aria-label={name} onClick={openAuthor}>
        <Avatar id={authorId} name={name} square />
      </button>
      <div class="post-body">
        <button type="button" class="plain post-author" onClick={openAuthor}>
          {name}
        </button>
        {text !== '' && <p class="post-text">{text}</p>}
        <PostMedia post={post} />
        <PostExtras state={state} post={post} />
        <PostFoot state={state} post={post} />
        <PostButtons
          state={state}
          post={post}
          onComment={() => setWriting(writing ? undefined : { to: undefined })}
        />
        <PostReactions state={state} post={post} onReply={(to) => setWriting({ to })} />
        {writing && (
          <CommentBox
            key={writing.to?.commentId ?? ''}
            state={state}
            postId={postId}
            replyTo={writing.to}
            onDone={() => setWriting(undefined)}
          />
        )}
      </div>
    </li>
  );
}

/** When it was posted, for whom, and what its author may do with it. */
function PostFoot({ state, post }: PostProps) {
  const { t, times } = useTexts();
  const { moments } = useActions();
  const { postId, createdMs, edited, shares } = post;
  return (
    <div class="post-foot muted small">
      <button
        type="button"
        class="plain"
        title={times.full(createdMs)}
        onClick={() => moments.open({ kind: 'post', postId })}
      >
        {times.ago(createdMs)}
      </button>
      {edited && <span>{t('edited')}</span>}
      {shares > 0 && (
        <span>
          <Icon name="pass" size={13} /> {t('sharedTimes', shares)}
        </span>
      )}
      {post.authorId === state.meId && (
        <>
          <AudienceMark state={state} post={post} />
          <OwnPostMenu state={state} post={post} />
        </>
      )}
    </div>
  );
}
