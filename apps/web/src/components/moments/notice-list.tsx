import { useEffect } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import type { NoticeInfo } from '../../state/moments-state.js';
import type { StringKey } from '../../text/strings.js';
import { Avatar } from '../avatar.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import { useVisible } from '../use-visible.js';

const WORDS = {
  like: 'noticeLike',
  comment: 'noticeComment',
  reply: 'noticeReply',
  mention: 'noticeMention',
} as const satisfies Record<NoticeInfo['kind'], StringKey>;

/** What others did; looking at it is reading it. */
export function NoticeList({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  const { notices, noticesLoaded, noticesComplete, unreadNotices } = state.moments;
  const visible = useVisible();
  useEffect(() => {
    if (visible && noticesLoaded && unreadNotices > 0) moments.seeNotices();
  }, [visible, noticesLoaded, unreadNotices, moments]);
  return (
    <>
      {notices.length === 0 && (
        <p class="empty muted">{t(noticesLoaded ? 'noNotices' : 'loading')}</p>
      )}
      <ul class="notices">
        {notices.map((notice) => (
          <NoticeRow key={notice.seq} state={state} notice={notice} />
        ))}
      </ul>
      {noticesLoaded && !noticesComplete && (
        <button type="button" disabled={busy} onClick={() => void run(() => moments.loadMore())}>
          {t('olderNotices')}
        </button>
      )}
      <ProblemText text={problem} />
    </>
  );
}

function NoticeRow({ state, notice }: { state: ChatState; notice: NoticeInfo }) {
  const { t, times } = useTexts();
  const { moments } = useActions();
  const { kind, actorId, postId, text, createdMs } = notice;
  const name = nameOf(state, actorId);
  return (
    <li data-notice={kind}>
      <button type="button" class="row" onClick={() => moments.open({ kind: 'post', postId })}>
        <Avatar id={actorId} name={name} square />
        <span class="row-text">
          <span>{t(WORDS[kind], name, text)}</span>
          <span class="row-time">{times.ago(createdMs)}</span>
        </span>
      </button>
    </li>
  );
}
