import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import { mayDeleteComment, type CommentInfo, type PostInfo } from '../../state/moments-state.js';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import type { PostProps } from './post-card.js';

/** Who likes a post, and what is said to it. */
export function PostReactions(props: PostProps & { onReply: (comment: CommentInfo) => void }) {
  const { state, post, onReply } = props;
  const { t } = useTexts();
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  const { postId, likes, comments } = post;
  const { view } = state.moments;
  const all = view?.kind === 'post' ? state.moments.comments : undefined;
  const shown = all ?? comments.list;
  if (likes.count + comments.count === 0) return <ProblemText text={problem} />;
  return (
    <div class="reactions small">
      {likes.count > 0 && (
        <p class="likes">
          <Icon name="heart" size={14} /> <span>{likersOf(state, post, t)}</span>
        </p>
      )}
      <ul class="comments">
        {shown.map((comment) => (
          <CommentRow
            key={comment.commentId}
            state={state}
            comment={comment}
            onReply={() => onReply(comment)}
            onDelete={
              mayDeleteComment(post, comment, state.meId) && !busy
                ? () => void run(() => moments.removeComment(postId, comment.commentId))
                : undefined
            }
          />
        ))}
      </ul>
      {comments.count > shown.length && (
        <button type="button" class="plain" onClick={() => moments.open({ kind: 'post', postId })}>
          {t('allComments', comments.more ? `${comments.count}+` : comments.count)}
        </button>
      )}
      <ProblemText text={problem} />
    </div>
  );
}

interface CommentRowProps {
  readonly state: ChatState;
  readonly comment: CommentInfo;
  readonly onReply: () => void;
  readonly onDelete: (() => void) | undefined;
}

/** A click on what is said answers it. */
function CommentRow({ state, comment, onReply, onDelete }: CommentRowProps) {
  const { t, times } = useTexts();
  const { authorId, text, replyToId, createdMs } = comment;
  const name = nameOf(state, authorId);
  const who = replyToId === '' ? name : t('replied', name, nameOf(state, replyToId));
  return (
    <li class="comment" data-comment={comment.commentId}>
      <button
        type="button"
        class="plain comment-text"
        title={`${t('replyTo', name)} · ${times.full(createdMs)}`}
        onClick={onReply}
      >
        <strong>{who}</strong> <span>{text}</span>
      </button>
      {onDelete && (
        <button
          type="button"
          class="plain"
          title={t('deleteComment')}
          aria-label={t('deleteComment')}
          onClick={onDelete}
        >
          ×
        </button>
      )}
    </li>
  );
}

function likersOf(
  state: ChatState,
  { likes: { userIds, count, more } }: PostInfo,
  t: ReturnType<typeof useTexts>['t'],
): string {
  const names = userIds.map((id) => nameOf(state, id)).join(', ');
  const others = count - userIds.length;
  if (others <= 0 && !more) return names;
  return t(more ? 'andManyOthers' : 'andOthers', names, others);
}
