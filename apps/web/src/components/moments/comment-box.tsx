import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import type { CommentInfo } from '../../state/moments-state.js';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';

/** Characters; the server counts bytes and says so when it is too much. */
const MAX_COMMENT_LENGTH = 4_096;

interface CommentBoxProps {
  readonly state: ChatState;
  readonly postId: string;
  /** The comment that is answered. */
  readonly replyTo: CommentInfo | undefined;
  readonly onDone: () => void;
}

/** Where a comment is written. */
export function CommentBox({ state, postId, replyTo, onDone }: CommentBoxProps) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const label = replyTo ? t('replyTo', nameOf(state, replyTo.authorId)) : t('writeComment');
  const send = async (): Promise<void> => {
    if (await run(() => moments.comment(postId, text.trim(), replyTo))) onDone();
  };
  return (
    <form
      class="comment-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '' && !busy) void send();
      }}
    >
      <input
        ref={input}
        name="comment"
        value={text}
        maxLength={MAX_COMMENT_LENGTH}
        autocomplete="off"
        placeholder={label}
        aria-label={label}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <button
        type="submit"
        class="primary round"
        disabled={text.trim() === '' || busy}
        aria-label={t('send')}
      >
        <Icon name="send" size={16} />
      </button>
      <ProblemText text={problem} />
    </form>
  );
}
